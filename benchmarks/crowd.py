"""Thousands of API clients at once: copies of one that a command made, written straight into the tables."""

import contextlib
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

from benchmarks.ours import Installation

_NAMESPACE = uuid.UUID("6f0c4a52-9a55-4f0e-8d0b-1f6f2f6f7c11")


def client_ids(count: int) -> list[str]:
    """Return the ids of so many clients, the same ones in every database."""
    return [str(uuid.uuid5(_NAMESPACE, f"client {number}")) for number in range(count)]


def add_clients(installation: Installation, ids: list[str]) -> None:
    """Store clients that differ from the present one in nothing but their ids; the secret is the same.

    Rows are copied column by column, so that this needs no change when a table gets another one.
    """
    template = installation.client_id
    with contextlib.closing(sqlite3.connect(installation.database)) as database, database:
        database.row_factory = sqlite3.Row
        _copy(database, "subjects", "id", template, ({"id": new} for new in ids))
        _copy(database, "api_clients", "id", template, ({"id": new} for new in ids))
        secrets = ({"id": str(uuid.uuid4()), "client_id": new} for new in ids)
        _copy(database, "client_secrets", "client_id", template, secrets)


def settle(database: Path) -> int:
    """Write everything into the database file itself; return its bytes and those of its log."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return weight(database)


def weight(database: Path) -> int:
    """Return the bytes of a database file and of its write-ahead log."""
    files = (database, database.with_name(f"{database.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _copy(
    database: sqlite3.Connection, table: str, key: str, template: str, changes: Iterator[dict[str, str]]
) -> None:
    # Names of tables and columns are constants of this file or come from the schema.
    row = dict(database.execute(f"SELECT * FROM {table} WHERE {key} = ?", (template,)).fetchone())  # noqa: S608
    places = ", ".join(f":{column}" for column in row)
    database.executemany(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})",  # noqa: S608
        (row | change for change in changes),
    )
