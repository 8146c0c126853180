"""An issuer whose keys tests hold, so that they can sign whatever a real one never would."""

import contextlib
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

Json = dict[str, Any]

ORGANIZATION = "01d8d720-dd31-4552-a8c6-6c27f4e0edae"
READ = "trade_platforms:read"
CLIENT = "3535bcc1-1060-4548-98a2-1cd5499d2aba"
# Keys of kinds that this API has no use for may be published beside its own.
_OF_TOMORROW = {"kty": "XYZ", "alg": "XYZ-1", "kid": "tomorrow"}
_DISCOVERY = "/.well-known/openid-configuration"


class Issuer(ThreadingHTTPServer):
    """Publishes keys, counts who asks for them, and signs."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.fetches = 0
        self.asked: set[str] = set()
        self.away = False
        self.key = ECKey.generate_key("P-256", {"kid": "first", "alg": "ES256"}, auto_kid=False)
        self.others: list[Key] = [
            RSAKey.generate_key(2048, {"kid": "rsa", "alg": "RS256"}, auto_kid=False),
            ECKey.generate_key("P-256", {"kid": "enc", "alg": "ECDH-ES"}, auto_kid=False),
            OKPKey.generate_key("Ed25519", {"kid": "ed", "alg": "EdDSA"}, auto_kid=False),
        ]

    def document(self, path: str) -> Json:
        """Return what stands at an address."""
        self.asked.add(path)
        if path == _DISCOVERY:
            # Nobody has a reason to ask it, and it is heard if somebody does.
            introspection = {"introspection_endpoint": f"{self.url}/introspect"}
            return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"} | introspection
        self.fetches += 1
        keys = [key.as_dict(private=False) | {"use": "sig"} for key in (self.key, *self.others)]
        return {"keys": [_OF_TOMORROW, *keys]}

    def claims(self, **changes: Any) -> Json:
        """Return the claims of a good token, with changes; None leaves a claim out."""
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": "webapi", "sub": CLIENT, "client_id": CLIENT, "org_id": ORGANIZATION,
            "scope": "webapi", "permissions": [READ], "jti": "a" * 43,
            "iat": now, "nbf": now, "exp": now + 3600,
        }  # fmt: skip
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def token(self, header: Json | None = None, /, *, key: Key | None = None, **claims: Any) -> str:
        """Return a token with changes to its claims, signed with the issuer's key or another."""
        return self.signed(json.dumps(self.claims(**claims)).encode(), header, key=key)

    def signed(self, payload: bytes, header: Json | None = None, *, key: Key | None = None) -> str:
        """Return anything as a token; None leaves a member of the header out."""
        head = {"alg": "ES256", "typ": "at+jwt", "kid": "first"} | (header or {})
        head = {name: value for name, value in head.items() if value is not None}
        content = b".".join(map(_base64, (json.dumps(head).encode(), payload)))
        return f"{content.decode()}.{self.signature(content, head.get('alg'), key)}"

    def signature(self, content: bytes, algorithm: object, key: Key | None = None) -> str:
        """Return the signature over the first two parts of a token, whatever their header says."""
        known = jws.JWSRegistry.algorithms
        signer = known[str(algorithm) if algorithm in ("RS256", "EdDSA") else "ES256"]
        return _base64(signer.sign(content, key or self.key)).decode()


class _Handler(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        body = json.dumps(self.server.document(self.path)).encode()
        self.send_response(503 if self.server.away else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server names it so
        """Say nothing; tests count fetches."""


def _base64(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")


@contextlib.contextmanager
def issuing() -> Iterator[Issuer]:
    """Publish in a thread until the block ends."""
    with Issuer() as issuer:
        thread = threading.Thread(target=issuer.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield issuer
        finally:
            issuer.shutdown()
            thread.join()
