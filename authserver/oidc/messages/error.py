"""A refusal as an answer of a machine endpoint."""

import orjson

from authserver.oidc.errors import OAuthError
from authserver.oidc.messages.machine import Answer
from authserver.oidc.messages.token import NO_STORE


def error_answer(error: OAuthError) -> Answer:
    """Return the error response of RFC 6749 section 5.2: its members and no other."""
    body = orjson.dumps({"error": error.code, "error_description": error.description})
    return Answer(error.wire.status, NO_STORE + error.wire.headers, body)
