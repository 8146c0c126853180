"""The id of a request: in every answer, log line and audit event, so that a person can ask about it."""

import re
from typing import Any

from authserver.base.handles import new_request_id

HEADER = "X-Request-Id"
_ACCEPTABLE = re.compile(r"[0-9A-Za-z._-]{8,64}")


def request_id(environ: dict[str, Any], trusted_hops: int) -> str:
    """Return the id that a trusted proxy gave, or 128 random bits in hexadecimal."""
    given = environ.get("HTTP_X_REQUEST_ID")
    if trusted_hops and given and _ACCEPTABLE.fullmatch(given):
        return str(given)
    return new_request_id()
