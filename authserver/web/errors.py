"""Errors outside the protocol's endpoints: a page for people, RFC 9457 problem details for programs.

What happened, and the id to ask about; never a trace, a statement, a path or a version.
"""

from urllib.parse import quote

import orjson
import structlog
from flask import Flask, Response, g, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from authserver.base.errors import Busy
from authserver.web import continuation
from authserver.web.pages import error_page, page, wants_page

log = structlog.get_logger()

DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""What SQLAlchemy raises when the database can't be reached, is overloaded, or gave up."""

RETRY_AFTER = 1
"""Seconds after which a database that was away is worth another try."""

FORBIDDEN = 403


def install(app: Flask) -> None:
    """Give an application its error answers."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(Busy, _busy)
    for away in DATABASE_AWAY:
        app.register_error_handler(away, _database_away)
    app.register_error_handler(IntegrityError, _changed)
    app.register_error_handler(Exception, _unexpected)


def problem(status: int, title: str) -> Response:
    """Return problem details (RFC 9457 section 3)."""
    body = {"title": title, "status": status, "request_id": g.get("request_id", "")}
    return Response(orjson.dumps(body), status, content_type="application/problem+json")


def _answer(status: int, title: str, text: str) -> Response:
    if not wants_page():
        return problem(status, title)
    return error_page(status, _translated(status, title), text, g.get("request_id", ""))


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        # `abort(response)`: a redirect, most of the time.
        return error.response  # type: ignore[return-value] # made by Flask
    answer = _answer(error.code or 500, error.name, _explained(error.code))
    # RFC 9110 section 15.5.6: a 405 names the methods that are allowed.
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    return answer


def _forged(_error: CSRFError) -> Response:
    return _answer(
        FORBIDDEN,
        "Forbidden",
        _("This form is out of date, or was sent from another site. Go back, reload the page and try again."),
    )


def _busy(busy: Busy) -> Response:
    if wants_page():
        path = continuation.wanted()
        back = request.path + (f"?{continuation.PARAMETER}={quote(path, safe='/')}" if path else "")
        answer = page("busy.html", 503, retry_after=busy.retry_after, back=back)
    else:
        answer = problem(503, "Service Unavailable")
    answer.headers["Retry-After"] = str(busy.retry_after)
    return answer


def _database_away(error: Exception) -> Response:
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    log.error("database.away", error=type(error).__name__, state=state, request_id=g.get("request_id", ""))
    answer = _answer(503, "Service Unavailable", _("The server can't answer now. Try again in a moment."))
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    return answer


def _changed(error: Exception) -> Response:
    """Answer a write that something stands against which was not there when it was checked."""
    log.warning("database.changed", error=type(error).__name__, request_id=g.get("request_id", ""))
    return _answer(
        409, "Conflict", _("Something was changed meanwhile. Go back, reload the page and try again.")
    )


def _unexpected(error: Exception) -> Response:
    log.error("request.failed", exc_info=error, request_id=g.get("request_id", ""))
    return _answer(500, "Internal Server Error", _("Something went wrong on our side. It was noted."))


def _translated(status: int, title: str) -> str:
    titles: dict[int, str] = {
        400: _("Bad request"),
        403: _("Not allowed"),
        404: _("Page not found"),
        405: _("Not possible here"),
        409: _("Changed meanwhile"),
        413: _("Too large"),
        503: _("Not available now"),
    }
    return titles.get(status, title)


def _explained(status: int | None) -> str:
    texts: dict[int, str] = {
        403: _("This request was refused."),
        404: _("There is nothing at this address. Check it, or begin at the start page."),
        405: _("This page can't be used in this way."),
        413: _("More was sent than this page takes."),
    }
    return texts.get(status or 500) or str(_("The request can't be understood."))
