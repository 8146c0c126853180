"""Does a token cost more when many clients are stored? The same ten ask, of two servers in turn."""

import contextlib
import sqlite3
from pathlib import Path

from benchmarks import load, ours
from benchmarks.crowd import add_clients, client_ids, settle
from benchmarks.options import TEN, Options
from benchmarks.ours import Installation
from benchmarks.report import disturbed, rows, token_table
from benchmarks.rounds import Target, interleaved, tell
from benchmarks.section import Document, Section, is_disturbed, p99, per_cpu, rate, ratio, summary


def measure(folder: Path, options: Options) -> Section:
    """Compare the rate with ten stored clients and with very many."""
    small, large = _pair(folder, options.clients)
    with small.serving() as few, large.serving() as many:
        bodies = small.bodies(client_ids(TEN))
        targets = [
            Target("token ES256", f"{TEN} stored", lambda seconds: load.post_many(few, bodies, seconds)),
            Target(
                "token ES256",
                f"{options.clients:,} stored",
                lambda seconds: load.post_many(many, bodies, seconds),
            ),
        ]
        results = interleaved(targets, options)
        memory = {
            target.who: server.resident_mib for target, server in zip(targets, (few, many), strict=True)
        }
    of_few, of_many = (results[target] for target in targets)
    quotient = ratio(of_many, of_few, rate)
    section = Section("growth", f"Ten clients ask while {options.clients:,} are stored")
    found: list[Document] = [{"what": t.what, "who": t.who} | summary(loads) for t, loads in results.items()]
    section.document = {
        "stored": [TEN, options.clients],
        "results": found,
        "resident_mib": memory,
        "ratio": quotient,
        "ratio_per_cpu_second": ratio(of_many, of_few, per_cpu),
        "p99_ratio": ratio(of_many, of_few, p99),
    }
    section.lines = [*token_table(rows(section.document)), *disturbed(found)]
    section.expect(
        f"{options.clients:,} stored clients: at least 90 % of the rate",
        quotient,
        lambda x: x >= 0.9,
        "{:.0%}",
        disturbed=any(map(is_disturbed, found)),
    )
    return section


def _pair(folder: Path, clients: int) -> tuple[Installation, Installation]:
    small = ours.install(folder / "small")
    add_clients(small, client_ids(TEN))
    settle(small.database)
    # The same keys and the same ten clients: the databases differ in their size only.
    large = Installation(folder / "large", small.client_id, small.client_secret)
    large.folder.mkdir()
    _copy(small.database, large.database)
    tell(f"storing {clients:,} clients")
    add_clients(large, client_ids(clients)[TEN:])
    settle(large.database)
    return small, large


def _copy(source: Path, target: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(source)) as old,
        contextlib.closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
