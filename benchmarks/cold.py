"""What a client costs that has not asked within the last second, so that the server must look it up."""

import time
from pathlib import Path

from benchmarks import load, ours
from benchmarks.crowd import add_clients, client_ids, settle
from benchmarks.load import Load
from benchmarks.options import TEN, Options
from benchmarks.processes import MeasurementError, Server
from benchmarks.report import disturbed, rows, token_table
from benchmarks.rounds import Target, interleaved, tell
from benchmarks.section import Document, Section, rate, ratio, summary

ASKING = 10_000
"""Clients that ask in turn at most: so many that none comes back within a second, even to a fast server."""

FORGOTTEN_AFTER = 1.2
"""Seconds after which no client is known any more: the cache's one, and some."""


def measure(folder: Path, options: Options) -> Section:
    """Compare ten clients that the cache knows with thousands that it has forgotten."""
    installation = ours.install(folder / "cold")
    tell(f"storing {options.clients:,} clients")
    ids = client_ids(options.clients)
    add_clients(installation, ids)
    settle(installation.database)
    asking = ids[:ASKING]
    with installation.serving() as server:
        few = installation.bodies(ids[:TEN], "few.txt")
        many = installation.bodies(asking, "many.txt")
        hot = Target("token ES256", "known", lambda seconds: load.post_many(server, few, seconds))
        cold = Target("token ES256", "cold", lambda seconds: _forgotten(server, many, seconds))
        results = interleaved([hot, cold], options)
        memory = server.resident_mib
    section = Section("cold", f"Cold clients: {len(asking):,} of {options.clients:,} ask in turn")
    found = {target.who: summary(loads) for target, loads in results.items()}
    per_second = float(str(found["cold"]["per_second"]))
    if not per_second:
        raise MeasurementError("no cold client got a token")
    back_after = len(asking) / per_second
    both: list[Document] = [
        {"what": target.what, "who": target.who} | found[target.who] for target in results
    ]
    section.document = {
        "stored": options.clients,
        "asking": len(asking),
        "results": both,
        "resident_mib": {"known": memory, "cold": memory},
        "ms_each": round(1000 / per_second, 3),
        "comes_back_after_seconds": round(back_after, 2),
        "ratio": ratio(results[cold], results[hot], rate),
    }
    section.lines = [
        *token_table(rows(section.document)),
        *disturbed(both),
        "",
        f"a cold client costs {1000 / per_second:.2f} ms; each comes back after {back_after:.1f} s",
    ]
    if back_after < FORGOTTEN_AFTER:
        section.lines.append("That is too soon to be cold: store more clients (--clients).")
    return section


def _forgotten(server: Server, bodies: Path, seconds: float) -> Load:
    # Every burst begins with the same clients; after another cold one they would still be known.
    time.sleep(FORGOTTEN_AFTER)
    return load.post_many(server, bodies, seconds)
