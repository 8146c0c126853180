"""Does the time of an answer tell whether an address has an account? All kinds of addresses in turn."""

from pathlib import Path
from statistics import median

from benchmarks import ours
from benchmarks.options import Options
from benchmarks.processes import MeasurementError, Server
from benchmarks.section import Expectation, Section
from benchmarks.timing import chance_to_tell
from benchmarks.visitors import Browser, add_accounts

SAMPLES = 200
"""Answers of each kind, each about an address of its own."""

KINDS = {
    "/login": ("proven", "unknown"),
    "/register": ("proven", "pending", "unknown"),
    "/password/forgot": ("proven", "pending", "unknown"),
}

UNHURRIED = {
    "AUTHSERVER_GUESSES_PER_SOURCE": "100000",
    "AUTHSERVER_MAILS_PER_SOURCE_PER_HOUR": "100000",
    "AUTHSERVER_MAILS_PER_HOUR": "1000000",
    "AUTHSERVER_MAIL_DELIVERY": "worker",
}
"""The limits would answer most of the samples; letters are written elsewhere, as they may be."""


def measure(folder: Path, _options: Options) -> Section:
    """Compare the times of answers about addresses with an account, with one that waits, and with none."""
    installation = ours.install(folder / "enumeration", UNHURRIED)
    for kind in ("proven", "pending"):
        names = [f"{kind}{number}" for number in range(SAMPLES)]
        add_accounts(installation.folder, names, proven=kind == "proven", master_key=ours.MASTER_KEY)
    section = Section("enumeration", f"Answers about {SAMPLES} addresses of each kind")
    with installation.serving() as server:
        for path, kinds in KINDS.items():
            _compare(section, path, _sampled(server, path, kinds))
    section.lines = [f"{name}: {value}" for name, value in section.document.items()]
    return section


def _sampled(server: Server, path: str, kinds: tuple[str, ...]) -> dict[str, list[float]]:
    """Return the seconds of answers by kind of address, kind after kind, so that moods hit all alike."""
    browser = Browser(server, path)
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    expected = 401 if path == "/login" else 303
    for number in range(-5, SAMPLES):
        # The order turns, and the first few warm up.
        for kind in kinds[number % len(kinds) :] + kinds[: number % len(kinds)]:
            address = f"{kind}{number}@example.com"
            fields = {"username": address, "password": "wrong"} if path == "/login" else {"email": address}
            answer = browser.post(path, **fields)
            if answer.status != expected:
                raise MeasurementError(f"{path} was answered with {answer.status}")
            if number >= 0:
                times[kind].append(answer.seconds)
    browser.close()
    return times


def _compare(section: Section, path: str, times: dict[str, list[float]]) -> None:
    unknown = times["unknown"]
    for kind, seconds in times.items():
        section.document[f"{path} {kind} ms"] = round(median(seconds) * 1000, 3)
        if kind == "unknown":
            continue
        difference = abs(median(seconds) - median(unknown)) / median(unknown)
        guess = chance_to_tell(seconds, unknown)
        section.expectations += [
            Expectation(
                f"{path}: medians of {kind} and unknown differ by less than 5 %",
                f"{difference:.1%}",
                met=difference < 0.05,
            ),
            Expectation(
                f"{path}: chance to tell {kind} from unknown under 0.60", f"{guess:.2f}", met=guess < 0.60
            ),
        ]
