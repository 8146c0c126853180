"""What a machine endpoint gets and gives, whatever the door.

The same reading of a WSGI environment for both.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from authserver.base.source import source_of

MAX_BODY = 64 * 1024
"""Bytes of a body that are read; ASVS 4.1.4 asks for a limit, no request of the protocol comes near."""


class MachineRequest(NamedTuple):
    """One request to a machine endpoint."""

    method: str
    query: str
    content_type: str
    body: bytes
    """At most MAX_BODY bytes."""
    oversized: bool
    """Whether the body had more."""
    authorization: str
    if_none_match: str
    source: str
    """Address of the caller, behind the trusted proxies."""
    request_id: str
    complete: bool = True
    """Whether the body had all the bytes that were announced (RFC 9112 section 6.3)."""
    origin: str = ""
    """The page that asks from another origin, in a browser."""


class Answer(NamedTuple):
    """One answer of a machine endpoint."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


Endpoint = Callable[[MachineRequest], Answer]


def read_request(environ: dict[str, Any], request_id: str, trusted_hops: int) -> MachineRequest:
    """Return the frozen request of a WSGI environment; reads no more than the limit from its body."""
    method = environ["REQUEST_METHOD"]
    body = b"" if method in ("GET", "HEAD") else _read_body(environ)
    return MachineRequest(
        method,
        environ.get("QUERY_STRING", ""),
        environ.get("CONTENT_TYPE", ""),
        body[:MAX_BODY],
        len(body) > MAX_BODY,
        environ.get("HTTP_AUTHORIZATION", ""),
        environ.get("HTTP_IF_NONE_MATCH", ""),
        source_of(environ, trusted_hops),
        request_id,
        len(body) >= min(_announced(environ), MAX_BODY),
        environ.get("HTTP_ORIGIN", ""),
    )


def _read_body(environ: dict[str, Any]) -> bytes:
    stream = environ["wsgi.input"]
    # A chunked body is read by its chunks, whatever length is claimed beside it (RFC 9112 section 6.3).
    if environ.get("HTTP_TRANSFER_ENCODING") and environ.get("wsgi.input_terminated"):
        return _read(stream, MAX_BODY + 1)
    return _read(stream, min(_announced(environ), MAX_BODY + 1))


def _announced(environ: dict[str, Any]) -> int:
    length = environ.get("CONTENT_LENGTH") or "0"
    if environ.get("HTTP_TRANSFER_ENCODING") or not (length.isascii() and length.isdigit()):
        return 0
    return int(length[:12])


def _read(stream: Any, most: int) -> bytes:
    parts = []
    while most > 0 and (part := stream.read(most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)
