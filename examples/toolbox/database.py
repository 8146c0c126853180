"""SQLite, opened anew for each piece of work: commits at its end, or leaves everything as it was."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path


def prepare(path: Path, schema: str) -> None:
    """Make a database that only its owner can read, with tables that are not there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with work(path) as database:
        # Readers don't wait for the one who writes.
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(schema)


@contextlib.contextmanager
def work(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database for one transaction."""
    database = sqlite3.connect(path, timeout=10)
    database.row_factory = sqlite3.Row
    try:
        with database:
            yield database
    finally:
        database.close()
