"""Does the time of a refusal tell whether a client exists? Wrong secrets and unknown clients in turn."""

import http.client
import time
import uuid
from pathlib import Path
from statistics import median

from benchmarks import ours
from benchmarks.options import Options
from benchmarks.processes import MeasurementError, Server
from benchmarks.section import Expectation, Section

SAMPLES = 400
"""Refusals of each kind; twice what checklists of enumeration ask for."""

UNHURRIED = {
    "AUTHSERVER_CLIENT_FAILURES_PER_MINUTE": "10000",
    "AUTHSERVER_SOURCE_FAILURES_PER_MINUTE": "100000",
}
"""The throttle would answer most of the samples."""

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def measure(folder: Path, _options: Options) -> Section:
    """Compare the times of both kinds of refusal, which is all that a stranger sees of a client."""
    installation = ours.install(folder / "timing", UNHURRIED)
    with installation.serving() as server:
        pairs = [(_refused(server, installation.client_id), _refused(server)) for _ in range(SAMPLES)]
    wrong, unknown = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    difference = abs(median(wrong) - median(unknown)) / median(unknown)
    guess = chance_to_tell(wrong, unknown)
    section = Section("timing", f"Refusals: {SAMPLES} with a wrong secret, {SAMPLES} of unknown clients")
    section.document = {
        "wrong_secret_ms": round(median(wrong) * 1000, 3),
        "unknown_client_ms": round(median(unknown) * 1000, 3),
        "difference": round(difference, 4),
        "chance_to_tell": round(guess, 3),
    }
    section.lines = [f"{name}: {value}" for name, value in section.document.items()]
    section.expectations = [
        Expectation("medians differ by less than 5 %", f"{difference:.1%}", met=difference < 0.05),
        Expectation("chance to tell one from the other under 0.60", f"{guess:.2f}", met=guess < 0.60),
    ]
    return section


def _refused(server: Server, client_id: str | None = None) -> float:
    """Return the seconds that a refusal took, on a connection of its own."""
    credentials = f"client_id={client_id or uuid.uuid4()}&client_secret=wrong-{uuid.uuid4()}"
    body = f"grant_type=client_credentials&{credentials}"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.connect()
        began = time.perf_counter()
        connection.request("POST", "/connect/token", body, FORM)
        answer = connection.getresponse()
        answer.read()
        took = time.perf_counter() - began
    finally:
        connection.close()
    if answer.status != 401:
        raise MeasurementError(f"a wrong secret was answered with {answer.status}")
    return took


def chance_to_tell(one: list[float], other: list[float]) -> float:
    """Return how often a guess from one pair of times would be right: 0.5 is none, 1 is certain."""
    larger = sum((first > second) + (first == second) / 2 for first in one for second in other)
    area = larger / (len(one) * len(other))
    return max(area, 1 - area)
