"""Flask extensions, created unbound; `create_app` binds them.

A store's first access to `db.session` opens an application context when the unit of work that is under way
has not needed one yet, so that a request which never reaches the database pays nothing for it.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import cast

from flask import has_app_context
from flask.ctx import AppContext
from flask.globals import app_ctx
from flask_babel import Babel
from flask_mail import Mail
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Connection
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


babel = Babel()
csrf = CSRFProtect()
mail = Mail()


def dialect() -> str:
    """Return `sqlite` or `postgresql`. Only stores ask, for what SQL spells in two ways."""
    return db.session.get_bind().dialect.name
