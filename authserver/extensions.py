"""Flask extensions, created unbound; `create_app` binds them.

A store's first access to `db.session` opens an application context when the unit of work that is under way
has not needed one yet, so that a request which never reaches the database pays nothing for it.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, cast

from flask import has_app_context
from flask.ctx import AppContext
from flask.globals import app_ctx
from flask_babel import Babel
from flask_mail import Mail
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, CursorResult, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from werkzeug.local import LocalProxy

from authserver.base.tables import Base

open_context: ContextVar[Callable[[], None] | None] = ContextVar("open_context", default=None)
"""How the unit of work that is under way opens its application context."""


def _session_scope() -> int:
    if not has_app_context():
        opener = open_context.get()
        if opener is not None:
            opener()
    # Raises Flask's own "outside of application context" where no unit of work is under way.
    return id(cast("LocalProxy[AppContext]", app_ctx)._get_current_object())  # noqa: SLF001 - its only accessor


db = SQLAlchemy(model_class=Base, session_options={"scopefunc": _session_scope}, disable_autonaming=True)


def connect() -> Connection:
    """Return a connection that sees what is committed, to be closed after use.

    For the one query of a request that is asked very often: a session costs more than such a query.
    """
    _session_scope()
    return db.engine.connect()


def execute(statement: Executable, /, **facts: object) -> CursorResult[*tuple[Any, ...]]:
    """Execute a statement that was made once, with its parameters, in the transaction of `db.session`.

    For what runs at every sign-in and every token of a person: to compose the same statement again costs
    several times what the database needs for it. Rows are columns and not objects; nothing is flushed before.
    """
    return db.session.connection().execute(statement, facts)


babel = Babel()
csrf = CSRFProtect()
mail = Mail()


Upsert = sqlite.Insert | postgresql.Insert

INSERT: dict[str, Callable[[Table], Upsert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""By the name of the dialect: how an INSERT begins that may end with ON CONFLICT."""


def dialect() -> str:
    """Return `sqlite` or `postgresql`. Only stores ask, for what SQL spells in two ways."""
    return db.session.get_bind().dialect.name
