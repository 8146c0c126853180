"""Cross-origin requests (Fetch standard, CORS): pages of registered origins may call, without credentials."""

from flask import Response, request

from authserver.management.services import services

METHODS = "GET, POST, PATCH, DELETE"
HEADERS = "Authorization, Content-Type, Idempotency-Key, If-Match"
EXPOSED = "ETag, Location, Idempotency-Replayed, WWW-Authenticate, Retry-After, X-Request-Id"

PREFLIGHT_KEPT = 600
"""Seconds that a browser may remember what it may send."""


def is_preflight() -> bool:
    """Return whether a browser asks what a page of a registered origin may send."""
    return request.method == "OPTIONS" and _allowed()


def preflight() -> Response:
    """Return the answer to that."""
    answer = Response(status=204)
    answer.headers["Access-Control-Allow-Methods"] = METHODS
    answer.headers["Access-Control-Allow-Headers"] = HEADERS
    answer.headers["Access-Control-Max-Age"] = str(PREFLIGHT_KEPT)
    return answer


def share(answer: Response) -> Response:
    """Let the page of a registered origin read an answer."""
    if request.headers.get("Origin"):
        answer.vary.add("Origin")
        if _allowed():
            answer.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            answer.headers["Access-Control-Expose-Headers"] = EXPOSED
    return answer


def _allowed() -> bool:
    origin = request.headers.get("Origin", "")
    return bool(origin) and origin in services().origins()
