"""Flask extensions, created unbound; `create_app` binds them.

A store's first access to `db.session` opens an application context when the unit of work that is under way has not
needed one yet, so that a request which never reaches the database pays nothing for it.
"""

from collections.abc import Callable
from contextvars import ContextVar

from flask import has_app_context
from flask.globals import app_ctx
from flask_sqlalchemy import SQLAlchemy

from authserver.base.tables import Base

open_context: ContextVar[Callable[[], None] | None] = ContextVar("open_context", default=None)
"""How the unit of work that is under way opens its application context."""


def _session_scope() -> int:
    if not has_app_context():
        opener = open_context.get()
        if opener is not None:
            opener()
    # Raises Flask's own "outside of application context" where no unit of work is under way.
    return id(app_ctx._get_current_object())  # noqa: SLF001 - the documented way to reach the object behind the proxy


db = SQLAlchemy(model_class=Base, session_options={"scopefunc": _session_scope}, disable_autonaming=True)
