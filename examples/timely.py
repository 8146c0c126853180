"""Getting what an address says within a time: for whoever must not wait long, whatever the other side does.

The timeouts of the standard library are for each step and each piece that comes; a server that drips would
hold a thread for hours. Here one time is for all of it: for connecting, for the handshake, for the whole
answer. Only for the resolver of names it can't be.
"""

import http.client
import io
import socket
import ssl
import time
import urllib.error
import urllib.request
from functools import partial
from typing import Any

LARGEST = 4 * 1024 * 1024
"""Bytes of an answer."""


class _Timely(io.RawIOBase):
    """What comes over a socket until some time (monotonic)."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._raw = sock, sock.makefile("rb", buffering=0)
        self._until = until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_left(self._until))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, until: float, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_Timely(sock, until))


def _timely(connection: http.client.HTTPConnection) -> None:
    """Make what a connection has as the time of each step that of all of them, from now on."""
    until = time.monotonic() + float(connection.timeout or 0)
    # How it connects, also to a proxy, and what it reads answers with.
    connection._create_connection = partial(_connected, until)  # type: ignore[attr-defined] # noqa: SLF001 - the library has no other way
    connection.response_class = partial(_Answer, until=until)  # type: ignore[assignment]


def _connected(until: float, address: tuple[str, int], *_usual: object) -> socket.socket:
    """Return a socket to the first address of a host that answers; its time is what is left then."""
    places = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)
    for number, (*_, (host, port, *_more)) in enumerate(places, 1):
        try:
            # One that is silent leaves their share to the others.
            share = _left(until) / (len(places) - number + 1)
            made = socket.create_connection((str(host), port), share)
        except OSError:
            if number == len(places):
                raise
        else:
            made.settimeout(_left(until))
            return made
    raise OSError("a host without an address")


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the answer takes too long")
    return left


class _Connection(http.client.HTTPConnection):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        _timely(self)


class _SecureConnection(http.client.HTTPSConnection):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        _timely(self)


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
    """Return what an address says within so many seconds, None for 304.

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
