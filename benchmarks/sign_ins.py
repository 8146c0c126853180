"""What people who sign in cost machines: tokens alone, and while eight browsers sign in without pause."""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks import load, ours
from benchmarks.load import Load
from benchmarks.options import Options
from benchmarks.processes import Server
from benchmarks.rounds import tell
from benchmarks.section import Section, p99, rate, ratio, summary
from benchmarks.visitors import PASSWORD, Answer, Browser, add_accounts

BROWSERS = 8
PERSON = "person"

UNHURRIED = {
    "AUTHSERVER_GUESSES_PER_SOURCE": "100000",
    "AUTHSERVER_MAIL_DELIVERY": "worker",
}


@dataclass
class Crowd:
    """Browsers that sign in again and again until they are told to stop; a busy server is given its time."""

    server: Server
    stop: threading.Event = field(default_factory=threading.Event)
    answers: list[Answer] = field(default_factory=list)

    def run(self, number: int) -> None:
        """Sign in until told to stop."""
        browser = Browser(self.server, "/login")
        while not self.stop.is_set():
            answer = browser.post("/login", username=f"{PERSON}{number}@example.com", password=PASSWORD)
            self.answers.append(answer)
            if answer.status == 303:
                # The form of before the sign-in is void: the next person opens the page.
                browser.close()
                browser = Browser(self.server, "/login")
            elif answer.retry_after:
                self.stop.wait(answer.retry_after)
        browser.close()


def measure(folder: Path, options: Options) -> Section:
    """Measure the rate and the latency of tokens without and with people who sign in."""
    installation = ours.install(folder / "sign_ins", UNHURRIED)
    names = [f"{PERSON}{number}" for number in range(BROWSERS)]
    add_accounts(installation.folder, names, proven=True, master_key=ours.MASTER_KEY)
    alone: list[Load] = []
    beside: list[Load] = []
    answers: list[Answer] = []
    with installation.serving() as server:
        for number in range(options.rounds):
            alone.append(load.post(server, installation.body(), options.seconds))
            crowded, said = _beside(server, installation.body(), options.seconds)
            beside.append(crowded)
            answers += said
            tell(
                f"round {number + 1}: {alone[-1].per_second:,.0f}/s, {crowded.per_second:,.0f}/s with people"
            )
    return _section(alone, beside, answers, options)


def _beside(server: Server, body: str, seconds: float) -> tuple[Load, list[Answer]]:
    crowd = Crowd(server)
    people = [threading.Thread(target=crowd.run, args=(number,)) for number in range(BROWSERS)]
    for person in people:
        person.start()
    time.sleep(1)
    try:
        measured = load.post(server, body, seconds)
    finally:
        crowd.stop.set()
        for person in people:
            person.join(30)
    return measured, crowd.answers


def _section(alone: list[Load], beside: list[Load], answers: list[Answer], options: Options) -> Section:
    signed_in = [answer.seconds for answer in answers if answer.status == 303]
    busy = sum(answer.status == 503 for answer in answers)
    elapsed = options.rounds * (options.seconds + 1)
    section = Section("sign_ins", f"Tokens while {BROWSERS} browsers sign in without pause")
    section.document = {
        "alone": summary(alone),
        "beside": summary(beside),
        "sign_ins_per_second": round(len(signed_in) / elapsed, 1),
        "sign_in_ms": round(median(signed_in) * 1000, 1) if signed_in else None,
        "told_to_come_back": busy,
        "other_answers": len(answers) - len(signed_in) - busy,
    }
    share = ratio(beside, alone, rate)
    slow = [value for value in map(p99, beside) if value is not None]
    section.lines = [
        f"tokens alone: {median(each.per_second for each in alone):,.0f}/s",
        f"tokens beside people: {median(each.per_second for each in beside):,.0f}/s",
        f"sign-ins: {section.document['sign_ins_per_second']}/s, {section.document['sign_in_ms']} ms each",
        f"told to come back: {busy}; other answers: {section.document['other_answers']}",
    ]
    section.expect("at least half the rate of tokens", share, lambda value: value >= 0.5, "{:.0%}")
    section.expect(
        "p99 of tokens under 50 ms", median(slow) if slow else None, lambda value: value < 50, "{:.1f} ms"
    )
    section.expect("people still sign in", len(signed_in) / elapsed, lambda value: value > 1, "{:.1f}/s")
    return section
