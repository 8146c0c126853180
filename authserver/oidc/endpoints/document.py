"""A public document: the same bytes for everybody until something changes, with an ETag, for any origin."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from authserver.oidc.errors import invalid_request
from authserver.oidc.messages.machine import Answer, MachineRequest

METHODS = "GET, HEAD, OPTIONS"


@dataclass(slots=True)
class Document:
    """Serves what `render` returns; headers are made anew only when the bytes change."""

    render: Callable[[], bytes]
    max_age: int
    content_type: str = "application/json"
    # Both at once: who reads them while they change must not send one with the other's.
    _made: tuple[bytes, tuple[tuple[str, str], ...]] = field(default=(b"", ()), init=False)

    def __call__(self, request: MachineRequest) -> Answer:
        """Return the document, 304 to who has it (RFC 9110 section 13.1.2), or the answer to a preflight."""
        if request.method == "OPTIONS":
            return Answer(
                204, (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", METHODS))
            )
        if request.method not in ("GET", "HEAD"):
            raise invalid_request("This document takes GET only.", 405, (("Allow", METHODS),))
        body, headers = self._current()
        if request.if_none_match and matches(request.if_none_match, headers[0][1]):
            return Answer(304, headers)
        # The answer to HEAD is that to GET; the door leaves its content out (RFC 9110 section 9.3.2).
        return Answer(200, headers, body)

    def _current(self) -> tuple[bytes, tuple[tuple[str, str], ...]]:
        body = self.render()
        made = self._made
        if body is made[0]:
            return made
        headers = (
            ("ETag", f'"{hashlib.sha256(body).hexdigest()[:32]}"'),
            ("Content-Type", self.content_type),
            ("Cache-Control", f"public, max-age={self.max_age}"),
            # Public and without credentials, so any page may read it.
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Expose-Headers", "ETag"),
        )
        self._made = made = (body, headers)
        return made


def matches(if_none_match: str, etag: str) -> bool:
    """Return whether whoever asks has a document with this entity tag."""
    # RFC 9110 section 13.1.2: a list, compared weakly.
    candidates = [candidate.strip().removeprefix("W/") for candidate in if_none_match.split(",")]
    return etag.removeprefix("W/") in candidates or "*" in candidates
