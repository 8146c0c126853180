"""SQLite made to decide as PostgreSQL does: durable, and each statement sees the latest committed state.

Reads run outside a transaction; the first write opens one with BEGIN IMMEDIATE. A transaction therefore never
starts as a reader and fails when it turns writer, and both databases show READ COMMITTED.
"""

import contextlib
import os
import sqlite3
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

_NEEDS_NONE = ("SELECT", "PRAGMA", "EXPLAIN", "BEGIN")


def prepare(engine: Engine) -> None:
    """Attach the rules above to an engine; does nothing for other databases."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "do_connect", _create_private)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "before_cursor_execute", _begin_before_write)


def _create_private(_dialect: object, _record: object, arguments: list[str], _options: object) -> None:
    # The driver would let everybody on the machine read a new file. Its journals take the mode of the file.
    if arguments[0] != ":memory:":
        # A new file alone: closing any handle on a file drops all locks of this process on it (POSIX),
        # SQLite's own too; another process would then take the database for unused and remove its journal.
        # What else is wrong with the place, the driver tells in its own words.
        with contextlib.suppress(OSError):
            os.close(os.open(arguments[0], os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _configure(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: _begin_before_write does.
    connection.isolation_level = None
    # Milliseconds that a writer waits for another.
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute("PRAGMA journal_mode=WAL")
    # FULL: a consumed code or a rotated token must not come back after a power loss.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_before_write(connection: Any, cursor: sqlite3.Cursor, statement: str, *_: object) -> None:
    if connection.connection.dbapi_connection.in_transaction:
        return
    if not statement.lstrip()[:8].upper().startswith(_NEEDS_NONE):
        cursor.execute("BEGIN IMMEDIATE")
