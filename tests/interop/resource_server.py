"""A stand-in for the WebAPI: verifies the bearer token, then answers what the published SDKs ask."""

import contextlib
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.interop.verifier import Claims, Refused, Verifier

TRADE_PLATFORM = "3029d415-d0a6-4710-a9c1-8cb063ef872f"
SERVER_TIME = "2026-01-02T03:04:05Z"

_PLATFORMS = "/api/TradePlatforms"
_SERVER_TIME = re.compile(r"/api/v2/MT4/[0-9a-f-]{36}/ServerTime")
_BEARER = re.compile(r"Bearer ([A-Za-z0-9._~+/=-]+)")


class ResourceServer(ThreadingHTTPServer):
    """Keeps the claims of every token it accepted, and the reason of every refusal."""

    def __init__(self, issuer: str, scope: str) -> None:
        """Listen on a free port of the loopback address for tokens of an issuer with a scope."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.verifier = Verifier(issuer, "webapi", scope)
        self.accepted: list[Claims] = []
        self.refused: list[str] = []
        self.refuse_next = False

    @property
    def url(self) -> str:
        """The base address for API clients."""
        return f"http://127.0.0.1:{self.server_port}"

    def check(self, authorization: str) -> None:
        """Verify an Authorization header and remember the outcome. Raises Refused."""
        try:
            self.accepted.append(self._claims(authorization))
        except Refused as refusal:
            self.refused.append(str(refusal))
            raise

    def _claims(self, authorization: str) -> Claims:
        bearer = _BEARER.fullmatch(authorization)
        if bearer is None:
            raise Refused("invalid_request", "there is no bearer token")
        claims = self.verifier.claims(bearer[1])
        if self.refuse_next:
            self.refuse_next = False
            raise Refused("invalid_token", "this test wants a fresh one")
        return claims


class _Handler(BaseHTTPRequestHandler):
    server: ResourceServer

    def do_GET(self) -> None:
        try:
            self.server.check(self.headers.get("Authorization", ""))
        except Refused as refusal:
            self._answer(
                refusal.status, {"error": refusal.error}, challenge=f'Bearer error="{refusal.error}"'
            )
            return
        if self.path == _PLATFORMS:
            # Older than the envelope of v2: a plain array.
            self._answer(200, [{"id": TRADE_PLATFORM, "name": "Demo", "type": "MT4"}])
        elif _SERVER_TIME.fullmatch(self.path):
            self._answer(200, {"data": SERVER_TIME, "error": None, "meta": {"activityId": "test"}})
        else:
            self._answer(404, {"error": {"code": "NotFound"}})

    def _answer(self, status: int, document: Any, challenge: str = "") -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server names it so
        """Say nothing; tests ask `accepted` and `refused`."""


@contextlib.contextmanager
def resource_server(issuer: str, scope: str = "webapi") -> Iterator[ResourceServer]:
    """Serve in a thread until the block ends."""
    with ResourceServer(issuer, scope) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
