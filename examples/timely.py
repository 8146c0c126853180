"""Getting what an address says within a time: for whoever must not wait long, whatever the other side does.

The timeouts of the standard library are for each piece that comes; a server that drips would hold a thread
for hours. Here the time is for connecting, for the handshake, and for the whole answer, each.
"""

import http.client
import io
import socket
import ssl
import time
import urllib.error
import urllib.request
from typing import Any

LARGEST = 4 * 1024 * 1024
"""Bytes of an answer."""


class _Timely(io.RawIOBase):
    """What comes over a socket in one answer: the socket's timeout is for all of it, not for each piece."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._raw = sock, sock.makefile("rb", buffering=0)
        self._until = time.monotonic() + (sock.gettimeout() or 0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer takes too long")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_Timely(sock))


class _Connection(http.client.HTTPConnection):
    response_class = _Answer


class _SecureConnection(http.client.HTTPSConnection):
    response_class = _Answer


class _Plain(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, request)


class _Secure(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_SecureConnection, request, context=_trust)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        """Follow none: the secret goes to the issuer alone."""


_trust = ssl.create_default_context()
_opener = urllib.request.build_opener(_NoRedirects, _Plain, _Secure)


def get(url: str, timeout: float, headers: dict[str, str]) -> bytes | None:
    """Return what an address says, None for 304.

    Raises OSError (also for every other status), HTTPException, ValueError.
    """
    if not url.startswith(("https://", "http://")):
        raise ValueError("no address of the web")
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - looked at above
    try:
        with _opener.open(request, timeout=timeout) as response:
            body = bytes(response.read(LARGEST + 1))
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.NOT_MODIFIED:
            return None
        raise
    if len(body) > LARGEST:
        raise ValueError(f"an answer of more than {LARGEST} bytes")
    return body
