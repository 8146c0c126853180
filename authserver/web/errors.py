"""Errors outside the protocol's endpoints, as RFC 9457 problem details.

What happened, and the id to ask about.
"""

import orjson
import structlog
from flask import Flask, Response, g
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

log = structlog.get_logger()

DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""What SQLAlchemy raises when the database can't be reached, is overloaded, or gave up."""

RETRY_AFTER = 1
"""Seconds after which a database that was away is worth another try."""


def install(app: Flask) -> None:
    """Give an application its error answers; none shows a trace, a statement, a path or a version."""
    app.register_error_handler(HTTPException, _http)
    for away in DATABASE_AWAY:
        app.register_error_handler(away, _database_away)
    app.register_error_handler(Exception, _unexpected)


def problem(status: int, title: str) -> Response:
    """Return problem details (RFC 9457 section 3)."""
    body = {"title": title, "status": status, "request_id": g.get("request_id", "")}
    return Response(orjson.dumps(body), status, content_type="application/problem+json")


def _http(error: HTTPException) -> Response:
    answer = problem(error.code or 500, error.name)
    # RFC 9110 section 15.5.6: a 405 names the methods that are allowed.
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    return answer


def _database_away(error: Exception) -> Response:
    log.error("database.away", error=type(error).__name__, request_id=g.get("request_id", ""))
    answer = problem(503, "Service Unavailable")
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    return answer


def _unexpected(error: Exception) -> Response:
    log.error("request.failed", exc_info=error, request_id=g.get("request_id", ""))
    return problem(500, "Internal Server Error")
