"""SQLite made to decide as PostgreSQL does: durable, and each statement sees the latest committed state.

Reads run outside a transaction; the first write opens one with BEGIN IMMEDIATE. A transaction therefore never
starts as a reader and fails when it turns writer, and both databases show READ COMMITTED.
"""

import contextlib
import os
import sqlite3
import threading
from functools import partial
from typing import Any, Self

from sqlalchemy import Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

BUSY = 10
"""Seconds that a writer waits for another, of this process or of another one."""

_NEEDS_NONE = ("SELECT", "PRAGMA", "EXPLAIN", "BEGIN")


def prepare(engine: Engine) -> None:
    """Attach the rules above to an engine; does nothing for other databases."""
    if engine.dialect.name != "sqlite":
        return
    queue = threading.Lock()

    def connect(_dialect: object, _record: object, _arguments: object, options: dict[str, Any]) -> None:
        options["factory"] = partial(Queued, queue=queue)

    event.listen(engine, "do_connect", _create_private)
    event.listen(engine, "do_connect", connect)
    event.listen(engine, "connect", _configure)


def _create_private(_dialect: object, _record: object, arguments: list[str], _options: object) -> None:
    # The driver would let everybody on the machine read a new file. Its journals take the mode of the file.
    if arguments[0] != ":memory:":
        # A new file alone: closing any handle on a file drops all locks of this process on it (POSIX),
        # SQLite's own too; another process would then take the database for unused and remove its journal.
        # What else is wrong with the place, the driver tells in its own words.
        with contextlib.suppress(OSError):
            os.close(os.open(arguments[0], os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


class Beginning(sqlite3.Cursor):
    """A cursor that opens a transaction before the first statement that may write.

    Not an event of SQLAlchemy: with one, every statement and every connection would look for listeners.
    """

    connection: "Queued"

    def execute(self, statement: str, *parameters: Any) -> Self:
        """Execute a statement. Raises what `begin_to_write` raises."""
        self._begin_before_write(statement)
        return super().execute(statement, *parameters)

    def executemany(self, statement: str, *parameters: Any) -> Self:
        """Execute a statement many times. Raises what `begin_to_write` raises."""
        self._begin_before_write(statement)
        return super().executemany(statement, *parameters)

    def _begin_before_write(self, statement: str) -> None:
        if not self.connection.in_transaction and not statement.lstrip()[:8].upper().startswith(_NEEDS_NONE):
            self.connection.begin_to_write()


class Queued(sqlite3.Connection):
    """A connection whose writes wait for one another in this process, and not in SQLite.

    SQLite lets one writer in at a time, and the others sleep for up to a tenth of a second between two looks:
    of many threads some would wait for seconds. Here each goes on when the one before has ended.
    """

    def __init__(self, *arguments: Any, queue: threading.Lock, **options: Any) -> None:
        """Take the queue that all connections of an engine share."""
        super().__init__(*arguments, **options)
        self._queue = queue
        self._writing = False

    def cursor(self, *_factory: Any) -> Beginning:  # type: ignore[override] # of one kind here
        """Return a cursor."""
        return super().cursor(Beginning)

    def begin_to_write(self) -> None:
        """Open a transaction that may write. Raises sqlite3.OperationalError after the time of BUSY."""
        if not self._queue.acquire(timeout=BUSY):
            raise sqlite3.OperationalError("database is locked")
        self._writing = True
        try:
            self.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._leave()
            raise

    def commit(self) -> None:
        """End the transaction and let the next one in."""
        try:
            super().commit()
        finally:
            self._leave()

    def rollback(self) -> None:
        """Undo the transaction and let the next one in."""
        try:
            super().rollback()
        finally:
            self._leave()

    def close(self) -> None:
        """Close, whatever is open."""
        try:
            super().close()
        finally:
            self._leave()

    def _leave(self) -> None:
        # A commit that failed, a full disk, keeps its transaction: whoever undoes it lets the next one in.
        if self._writing and not self._open:
            self._writing = False
            self._queue.release()

    @property
    def _open(self) -> bool:
        try:
            return self.in_transaction
        except sqlite3.ProgrammingError:
            return False


def _configure(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: _begin_before_write does.
    connection.isolation_level = None
    # Milliseconds that a writer waits for another.
    # Milliseconds: BUSY.
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute("PRAGMA journal_mode=WAL")
    # FULL: a consumed code or a rotated token must not come back after a power loss.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
