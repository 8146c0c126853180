"""What very many tokens leave behind: bytes of the database, and memory of the worker."""

from pathlib import Path

from benchmarks import load, ours
from benchmarks.crowd import add_clients, client_ids, settle, weight
from benchmarks.load import Load
from benchmarks.options import TEN, WARM_UP, Options
from benchmarks.processes import MeasurementError, Server
from benchmarks.rounds import tell
from benchmarks.section import Section

FRUITLESS = 5
"""Bursts without a single token after which there is no use in going on."""

LIMIT = 1_000_000
"""Bytes that the database may grow by."""


def measure(folder: Path, options: Options) -> Section:
    """Ask for very many tokens and weigh the database before and after."""
    installation = ours.install(folder / "million")
    add_clients(installation, client_ids(TEN))
    bodies = installation.bodies(client_ids(TEN))
    before = settle(installation.database)
    with installation.serving() as server:
        load.post_many(server, bodies, WARM_UP)
        light = server.resident_mib
        loads = _ask(server, bodies, options)
        heavy = server.resident_mib
        while_serving = weight(installation.database)
    # Stopped first: the last batch of last uses is written when the server ends.
    grown = settle(installation.database) - before
    return _section(loads, grown, while_serving - before, (light, heavy))


def _ask(server: Server, bodies: Path, options: Options) -> list[Load]:
    loads: list[Load] = []
    missing, fruitless = options.requests, 0
    while missing > 0:
        loads.append(load.post_many(server, bodies, options.seconds))
        given = loads[-1].requests - loads[-1].errors
        missing -= given
        fruitless = 0 if given else fruitless + 1
        tell(f"{options.requests - missing:,} of {options.requests:,} tokens")
        # Fewer tokens than were asked for are no result: what they leave behind would look too small.
        if fruitless == FRUITLESS:
            raise MeasurementError(f"only {options.requests - missing:,} tokens, then no more")
    return loads


def _section(
    loads: list[Load], grown: int, while_serving: int, resident: tuple[float | None, float | None]
) -> Section:
    errors = sum(load.errors for load in loads)
    tokens = sum(load.requests for load in loads) - errors
    light, heavy = resident
    section = Section("million", f"{tokens:,} tokens from one server")
    section.document = {
        "tokens": tokens,
        "errors": errors,
        "seconds": round(sum(load.seconds for load in loads), 1),
        "database_grew_bytes": grown,
        "database_and_log_grew_bytes_while_serving": while_serving,
        "resident_mib": {"before": light, "after": heavy},
    }
    section.lines = [
        f"database: {grown:+,} bytes; with its write-ahead log while serving: {while_serving:+,} bytes",
        f"worker: {light} MiB before, {heavy} MiB after; {errors} errors",
    ]
    section.expect(
        f"{tokens:,} tokens: database under 1 MB larger", grown, lambda x: x < LIMIT, "{:,.0f} bytes"
    )
    section.expect("resident: under 120 MiB a worker", heavy, lambda x: x < 120, "{:.1f} MiB")
    return section
