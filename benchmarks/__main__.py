"""`python -m benchmarks`: everything, or what is named.

Options may also come from the environment: BENCH_SECONDS, BENCH_ROUNDS, BENCH_REQUESTS, BENCH_CLIENTS.
"""

import json
import signal
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from benchmarks import (
    chart,
    cold,
    enumeration,
    growth,
    machine,
    million,
    personal,
    sign_in_floor,
    sign_ins,
    start,
    timing,
    tokens,
)
from benchmarks.options import BUILD, Options
from benchmarks.processes import MeasurementError
from benchmarks.report import printed, rows
from benchmarks.rounds import tell
from benchmarks.section import Section

MEASUREMENTS: dict[str, Callable[[Path, Options], Section]] = {
    "token": tokens.measure,
    "code": personal.CODE.measure,
    "refresh": personal.REFRESH.measure,
    **{lookup.name: lookup.measure for lookup in personal.LOOKUPS},
    "growth": growth.measure,
    "cold": cold.measure,
    "start": start.measure,
    "timing": timing.measure,
    "sign_ins": sign_ins.measure,
    "sign_in_floor": sign_in_floor.measure,
    "enumeration": enumeration.measure,
    "million": million.measure,
}
WITHOUT_GENERATOR = ("token", "start", "timing", "sign_in_floor", "enumeration")


@click.command(context_settings={"auto_envvar_prefix": "BENCH"})
@click.argument("what", nargs=-1, type=click.Choice(list(MEASUREMENTS)))
@click.option(
    "--seconds", default=5, show_default=True, type=click.IntRange(1, 600), help="Of each measured burst."
)
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 100))
@click.option(
    "--requests", default=1_000_000, show_default=True, type=click.IntRange(1), help="Of `million`."
)
@click.option(
    "--clients",
    default=100_000,
    show_default=True,
    type=click.IntRange(10),
    help="Stored for `growth`, `cold`.",
)
def main(what: tuple[str, ...], seconds: int, rounds: int, requests: int, clients: int) -> None:
    """Measure the server beside a peer; all measurements unless some are named."""
    # A polite end reaches the blocks that stop what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    facts = machine.facts()
    machine.pin_generator()
    missing = machine.missing_generator()
    for line in (*machine.shortcomings(), *([missing] if missing else [])):
        tell(line)
    options = Options(float(seconds), rounds, requests, clients)
    failures = [name for name in what or MEASUREMENTS if not _done(name, options, facts, missing)]
    tell(f"written: {_file()} and {_picture()}" if _file().exists() else "nothing was measured")
    sys.exit(1 if failures else 0)


def _done(name: str, options: Options, facts: dict[str, object], missing: str | None) -> bool:
    if missing and name not in WITHOUT_GENERATOR:
        return True
    with tempfile.TemporaryDirectory(prefix="authserver-bench-") as folder:
        try:
            section = MEASUREMENTS[name](Path(folder), options)
        except MeasurementError as failure:
            tell(f"{name}: {failure}")
            return False
    print(printed(section), flush=True)
    _write(section, options, facts)
    return True


def _write(section: Section, options: Options, facts: dict[str, object]) -> None:
    # Sections that were measured before stay, each with the circumstances it was measured under.
    BUILD.mkdir(exist_ok=True)
    everything: dict[str, Any] = json.loads(_file().read_text()) if _file().exists() else {}
    everything[section.name] = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "options": {name: getattr(options, name) for name in ("seconds", "rounds", "requests", "clients")},
        **section.document,
        "expectations": [expectation.document() for expectation in section.expectations],
    }
    _file().write_text(json.dumps(everything, indent=2) + "\n")
    if section.name == "token":
        _picture().write_text(chart.draw(rows(section.document)))


def _file() -> Path:
    return BUILD / "bench.json"


def _picture() -> Path:
    return BUILD / "bench.svg"


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
