"""Addresses for operators: is the process alive, is it ready to serve, what does it count."""

import hmac

from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError

from authserver.config import Settings
from authserver.web import metrics
from authserver.web.errors import problem
from authserver.web.unit_of_work import ping


def health_blueprint(settings: Settings) -> Blueprint:
    """Return the views `/live`, `/ready`, and `/metrics` when a token guards it."""
    views = Blueprint("health", __name__)
    views.add_url_rule("/live", view_func=_live)
    views.add_url_rule("/ready", view_func=_ready)
    if settings.metrics_token:
        expected = f"Bearer {settings.metrics_token.get_secret_value()}".encode()
        views.add_url_rule("/metrics", view_func=lambda: _metrics(expected), endpoint="metrics")
    return views


def _live() -> Response:
    return _text("alive\n")


def _ready() -> Response:
    try:
        ping()
    except SQLAlchemyError:
        return _text("the database is away\n", 503)
    return _text("ready\n")


def _metrics(expected: bytes) -> Response:
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected):
        # RFC 9110 section 15.5.2: a 401 names how to authenticate.
        answer = problem(401, "Unauthorized")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    return Response(metrics.exposition(), content_type=metrics.CONTENT_TYPE)


def _text(said: str, status: int = 200) -> Response:
    answer = Response(said, status, content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer
