"""SQLite, opened anew for each piece of work: commits at its end, or leaves everything as it was.

`work` is for what writes, `look` for what only reads.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path


def prepare(path: Path, schema: str) -> None:
    """Make a database that only its owner can read, with tables that are not there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with look(path) as database:
        # Readers don't wait for the one who writes.
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(schema)


@contextlib.contextmanager
def work(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database for one transaction that nobody else's writing comes between, from its first line."""
    with look(path) as database:
        # sqlite3 begins at the first INSERT by itself: what a SELECT before it found may be gone by then.
        database.execute("BEGIN IMMEDIATE")
        yield database


@contextlib.contextmanager
def look(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database to read; each SELECT sees what is there at its moment."""
    database = sqlite3.connect(path, timeout=10)
    database.row_factory = sqlite3.Row
    try:
        with database:
            yield database
    finally:
        database.close()
