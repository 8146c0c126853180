"""A stand-in for the server's feed: it says what a test lets it say."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from authserver.oidc.endpoints.security_events import MOST as PAGE
from examples.security_events import Follower
from tests.oidc.signing import key_of, public, signed

TYPE = "secevent-feed+jwt"
MOST = 1000
"""Questions that are answered."""
DROPS, PAUSE = 40, 0.05
"""Bytes that come one by one, and seconds between two of them."""
Event = dict[str, Any]


@dataclass
class Feed:
    """What is asked for, and what is said."""

    url: str = ""
    events: list[Event] = field(default_factory=list)
    owner: str = "server"
    """Whose key signs, and whose is published."""
    published: str = "server"
    typ: str = TYPE
    lies: dict[str, Any] = field(default_factory=dict)
    """Claims that a page has instead of the right ones."""
    metadata: dict[str, Any] = field(default_factory=dict)
    """What discovery says instead of the right things."""
    status: int = 200
    fails_at: str = ""
    """The place from where the server has a fault."""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    """What is said in the place of a page."""
    drips: str = ""
    """Which part comes byte by byte: "head" or "body"."""
    most: int = PAGE
    asked: list[tuple[str, str]] = field(default_factory=list)
    """The query and If-None-Match of each request for events."""
    authorization: str = ""

    def follower(self, **options: Any) -> Follower:
        """Return a follower of this feed that asks when it is told to."""
        usual = {"audience": "orders", "resource": "orders", "secret": "of the tests"}
        return Follower(self.url, **(usual | options))

    def page(self, after: int) -> bytes:
        """Return a page as the server signs it."""
        told = self.events[after : after + self.most]
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": "orders",
            "iat": now,
            "exp": now + 300,
            "window": 4200,
            "after": str(after),
            "next": str(after + len(told)),
            "more": after + len(told) < len(self.events),
            "security_events": told,
        }
        key = key_of("ES256", self.owner)
        header = {"alg": "ES256", "typ": self.typ, "kid": str(key.kid)}
        return signed(claims | self.lies, header, key).encode()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        feed: Feed = self.server.feed  # type: ignore[attr-defined] # set below
        path, _, query = self.path.partition("?")
        if path == "/feed":
            tag = self.headers.get("If-None-Match", "")
            feed.asked.append((query, tag))
            feed.authorization = self.headers.get("Authorization", "")
            after = int(query.partition("=")[2])
            unchanged = tag == f'W/"{len(feed.events)}"'
            beyond = after > len(feed.events)
            status = feed.status if feed.status != 200 else 400 if beyond else 304 if unchanged else 200
            # Whoever asks without end is stopped.
            status = 500 if len(feed.asked) > MOST or query == f"after={feed.fails_at}" else status
            page = feed.page(after) if feed.body is None else feed.body
            self._say(status, page if status == 200 else b"")
        elif path == "/jwks":
            key = public(key_of("ES256", feed.published), use="sig", alg="ES256")
            self._say(200, json.dumps({"keys": [key]}).encode())
        else:
            paths = {"jwks_uri": "/jwks", "security_events_endpoint": "/feed"}
            metadata = {name: feed.url + path for name, path in paths.items()} | {"issuer": feed.url}
            metadata |= feed.metadata
            self._say(200, json.dumps(metadata).encode())

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""

    def _say(self, status: int, body: bytes) -> None:
        feed: Feed = self.server.feed  # type: ignore[attr-defined] # set below
        self.send_response(status)
        for name, value in feed.headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        with contextlib.suppress(ConnectionError):
            if feed.drips == "head":
                self._drip(b"X-Slow: " + b"." * DROPS + b"\r\n")
            self.end_headers()
            if feed.drips == "body":
                self._drip(body[:DROPS])
                body = body[DROPS:]
            self.wfile.write(body)

    def _drip(self, data: bytes) -> None:
        self.flush_headers()
        for byte in data:
            self.wfile.write(bytes([byte]))
            time.sleep(PAUSE)


@contextlib.contextmanager
def serving() -> Iterator[Feed]:
    """Serve a feed on a free port of the loopback address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        feed = Feed(f"http://127.0.0.1:{server.server_port}")
        server.feed = feed  # type: ignore[attr-defined] # for the handler
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield feed
        finally:
            server.shutdown()
            thread.join()
