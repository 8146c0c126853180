"""One unit of work, one commit: a request through either door, a command, a job.

The application context, and with it a session and a connection, is opened at the first access to
`db.session`. A deliberate refusal is an answer and commits (a counter, an audit event stay); an unexpected
exception rolls back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar

from flask import Flask, current_app, has_app_context
from flask.ctx import AppContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from authserver.extensions import db, open_context

ATTEMPTS = 3
"""How often a unit of work is tried that the database refused because of another one."""

# SQLSTATE of serialization_failure and deadlock_detected: nothing was done, and trying again helps.
_AGAIN = ("40001", "40P01")

T = TypeVar("T")


class UnitOfWork:
    """`with UnitOfWork(app):` around everything that belongs together. Raises what the commit raises."""

    __slots__ = ("_app", "_context", "_token")

    def __init__(self, app: Flask) -> None:
        """Take the application whose database is worked on."""
        self._app = app
        self._context: AppContext | None = None

    def __enter__(self) -> Self:
        """Begin; nothing is opened yet."""
        self._token = open_context.set(self._open)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Commit, or roll back when an exception escapes; close what was opened."""
        open_context.reset(self._token)
        try:
            if has_app_context() and db.session.registry.has():
                _end(commit=kind is None)
        finally:
            if self._context is not None:
                self._context.pop(error)

    def _open(self) -> None:
        self._context = self._app.app_context()
        self._context.push()


def _end(*, commit: bool) -> None:
    if not commit:
        db.session.rollback()
        return
    try:
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def let_go() -> None:
    """End the transaction so far and give its connection back, before something that may take long.

    For units that have only read until then; what follows is a transaction of its own.
    """
    if has_app_context() and db.session.registry.has():
        _end(commit=True)


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Undo what the block wrote when a refusal ends it, so that only whole acts are committed."""
    with db.session.begin_nested():
        yield


def further_units() -> Callable[[], UnitOfWork]:
    """Return what makes units of work for an answer that is still being made when its request is over."""
    app = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001 - its only accessor
    return lambda: UnitOfWork(app)


def repeated(app: Flask, act: Callable[[], T]) -> T:
    """Do something in a unit of work, and all of it again when the database refused it because of another.

    Raises what the last attempt raises, and every other fault at once.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with UnitOfWork(app):
                return act()
        except DBAPIError as error:
            if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", None) not in _AGAIN:
                raise
    raise AssertionError


def ping() -> None:
    """Ask the database for an answer. Raises SQLAlchemyError when there is none."""
    db.session.execute(text("SELECT 1"))
