"""The cold start: from the exec of `authserver serve`, on a database that exists, to the first token."""

import time
from pathlib import Path
from statistics import median

from benchmarks import ours
from benchmarks.options import Options
from benchmarks.ours import Installation
from benchmarks.processes import wait_for_token
from benchmarks.rounds import tell
from benchmarks.section import Section

STARTS = 5
LIMIT = 1.5
SHARE = 0.7
"""A start is nearly all computing; with less processor time than this share, others had the core."""

_PAUSE = 0.005
"""Seconds between two tries; what a start may seem longer than it was."""


def measure(folder: Path, _options: Options) -> Section:
    """Start the server several times; the first start, which fills the system's caches, does not count."""
    installation = ours.install(folder / "start")
    _start(installation)
    times: list[float] = []
    used: list[float] = []
    for number in range(STARTS):
        took, cpu = _start(installation)
        times.append(took)
        used += [] if cpu is None else [cpu]
        tell(f"start {number + 1} of {STARTS}: {took:.2f} s")
    return _section(times, used)


def _section(times: list[float], used: list[float]) -> Section:
    middle, cpu = median(times), median(used) if used else None
    section = Section("start", "Cold start to the first token")
    section.document = {
        "seconds": [round(took, 3) for took in times],
        "median_seconds": round(middle, 3),
        "median_cpu_seconds": cpu,
    }
    section.lines = [
        f"median {middle:.2f} s of {STARTS} starts, from {min(times):.2f} to {max(times):.2f} s, on one core"
    ]
    if cpu is not None:
        section.lines.append(
            f"of which {cpu:.2f} s of processor time: the rest is waiting, also for the core"
        )
    disturbed = cpu is not None and cpu < SHARE * middle
    section.expect("cold start: under 1.5 s", middle, lambda x: x < LIMIT, "{:.2f} s", disturbed=disturbed)
    return section


def _start(installation: Installation) -> tuple[float, float | None]:
    began = time.perf_counter()
    with installation.starting() as server:
        wait_for_token(server, installation.body(), installation.log, _PAUSE)
        return time.perf_counter() - began, server.family_cpu_seconds
