"""Complete sign-ins of an application beside what they can't go below: the comparison of the password."""

import http.client
import re
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from authserver.config import Settings
from benchmarks import machine, ours, sign_on
from benchmarks.load import Load, difference
from benchmarks.options import Options
from benchmarks.processes import MeasurementError, Server, run_program
from benchmarks.report import disturbed, rows, token_table
from benchmarks.rounds import Target, interleaved
from benchmarks.section import Document, Section, is_disturbed, per_cpu, rate, ratio, summary
from benchmarks.sign_on import CHALLENGE, REDIRECT_URI, Registered
from benchmarks.visitors import HOST, PASSWORD

BROWSERS = 8
FLOOR = "argon2 alone"
SHARE = 0.85
"""Of the floor that is expected: all the rest of a sign-in costs less than what is missing."""

UNHURRIED = {
    "AUTHSERVER_GUESSES_PER_SOURCE": "100000",
    "AUTHSERVER_MAIL_DELIVERY": "worker",
}

_GOING_ON = re.compile(r'<meta http-equiv="refresh" content="0;url=([^"]*)">')
_HIDDEN = re.compile(r'name="(csrf_token|next)"[^>]*value="([^"]+)"')
_SEE_OTHER = 303


@dataclass(slots=True)
class Newcomer:
    """A browser without cookies that an application sends to sign in, on one connection."""

    server: Server
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        """Connect."""
        self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)

    def sign_in(self, request: str, email: str) -> None:
        """Follow a request to the sign-in page, sign in, and go on to the code. Raises MeasurementError."""
        page = self._ask(self._location(self._ask(request)))
        fields = dict(_HIDDEN.findall(page[1]))
        fields |= {"username": email, "password": PASSWORD}
        resume = self._location(self._ask("/login", urlencode(fields)))
        # Behind a form the way out is a page that goes on by itself.
        on_the_way = _GOING_ON.search(self._ask(resume)[1])
        answer = on_the_way[1] if on_the_way else ""
        if not answer.startswith(f"{REDIRECT_URI}?code="):
            raise MeasurementError(f"a sign-in ended at {answer.partition('?')[0]}")

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def _ask(self, path: str, body: str | None = None) -> tuple[http.client.HTTPResponse, str]:
        headers = {"Host": HOST, "Accept": "text/html"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request("GET" if body is None else "POST", path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer, text

    def _location(self, asked: tuple[http.client.HTTPResponse, str]) -> str:
        answer, _ = asked
        if answer.status != _SEE_OTHER:
            raise MeasurementError(f"a sign-in was answered with {answer.status}")
        location = answer.headers["Location"]
        parts = urlsplit(location)
        own = not parts.netloc or parts.netloc == HOST
        return parts._replace(scheme="", netloc="").geturl() if own else location


@dataclass(slots=True)
class Crowd:
    """Browsers that sign in, each as somebody else, until the time is over."""

    server: Server
    request: str
    until: float
    took: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def run(self, number: int) -> None:
        """Sign in again and again, each time in a browser that was never here."""
        while time.perf_counter() < self.until:
            browser = Newcomer(self.server)
            began = time.perf_counter()
            try:
                browser.sign_in(self.request, f"person{number}@example.com")
                self.took.append(time.perf_counter() - began)
            except (MeasurementError, OSError, http.client.HTTPException) as fault:
                self.faults.append(str(fault))
            finally:
                browser.close()


def measure(folder: Path, options: Options) -> Section:
    """Compare complete sign-ins with bare comparisons of passwords on the same core."""
    registered = sign_on.register(folder / "sign_in_floor", UNHURRIED, people=BROWSERS)
    with registered.installation.serving() as server:
        request = _request(registered)
        targets = [
            Target("sign-in", ours.NAME, lambda seconds: _crowd(server, request, seconds)),
            Target("sign-in", FLOOR, _floor),
        ]
        results = interleaved(targets, options)
        memory = {ours.NAME: server.resident_mib}
    mine, floor = (results[target] for target in targets)
    section = Section("sign_in_floor", f"{BROWSERS} browsers sign in to an application without pause")
    found: list[Document] = [{"what": t.what, "who": t.who} | summary(loads) for t, loads in results.items()]
    share = ratio(mine, floor, rate)
    section.document = {
        "results": found,
        "resident_mib": memory,
        "share_of_floor": share,
        "share_of_floor_per_cpu_second": ratio(mine, floor, per_cpu),
    }
    section.lines = [*token_table(rows(section.document)), *disturbed(found)]
    section.expect(
        f"sign-ins: at least {SHARE:.0%} of comparing passwords alone",
        share,
        lambda value: value >= SHARE,
        "{:.0%}",
        disturbed=any(map(is_disturbed, found)),
    )
    return section


def _request(registered: Registered) -> str:
    wanted = {
        "response_type": "code",
        "client_id": registered.application.client_id,
        "redirect_uri": REDIRECT_URI,
        "scope": "openid email",
        "state": "s",
        "nonce": "n",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return f"/connect/authorize?{urlencode(wanted)}"


def _crowd(server: Server, request: str, seconds: float) -> Load:
    before, idle_before = server.cpu_seconds, machine.core_idle_seconds()
    began = time.perf_counter()
    crowd = Crowd(server, request, began + seconds)
    people = [threading.Thread(target=crowd.run, args=(number,)) for number in range(BROWSERS)]
    for person in people:
        person.start()
    for person in people:
        person.join(seconds + 60)
    elapsed = time.perf_counter() - began
    after, idle_after = server.cpu_seconds, machine.core_idle_seconds()
    if not crowd.took:
        raise MeasurementError(f"nobody signed in: {crowd.faults[:1]}")
    ordered = sorted(crowd.took)
    return Load(
        requests=len(ordered) + len(crowd.faults),
        seconds=elapsed,
        p50_ms=ordered[len(ordered) // 2] * 1000,
        p99_ms=ordered[len(ordered) * 99 // 100] * 1000,
        errors=len(crowd.faults),
        cpu_seconds=difference(before, after),
        idle_seconds=difference(idle_before, idle_after),
    )


def _floor(seconds: float) -> Load:
    fields = Settings.model_fields
    parameters = [str(fields[f"password_{name}"].default) for name in ("memory", "passes", "lanes")]
    made = run_program("raw_hashing", seconds, *parameters)
    return Load(requests=int(made["made"]), seconds=made["seconds"], cpu_seconds=made["cpu_seconds"])
