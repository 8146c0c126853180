"""A stand-in for the provider whose keys the test holds: it can sign anything, also what no server would."""

import base64
import contextlib
import hmac
import itertools
import json
import threading
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc.jwk import RSAKey

from tests.support.patience import attempts

EVENT = "http://schemas.openid.net/event/backchannel-logout"
CLIENT = "toolbox"
LOST = 0
"""In place of a status: the connection ends without an answer."""
_sessions = itertools.count(1)
SUBJECT = "5d1c7f7e-9a43-4fbb-8d2b-7a1f5f0f3c11"


class SigningKey:
    """One key with an id."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self._private = rsa.generate_private_key(65537, 2048)
        self.jwk = RSAKey.import_key(self._private.public_key(), {"kid": kid, "use": "sig", "alg": "RS256"})
        self.pem = self._private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """Return any JWT at all; the header may say what it likes."""
        signed = f"{_written(header)}.{_written(claims)}"
        signature = self._private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_base64(signature)}"


@dataclass
class Standin:
    """What it says next, and what it was asked."""

    issuer: str
    published: SigningKey
    key: SigningKey = field(init=False)
    """What it signs with."""
    session: str = field(default_factory=lambda: f"session-{next(_sessions)}")
    claims: dict[str, Any] = field(default_factory=dict)
    """What ID tokens say otherwise than usual; None leaves a claim out."""
    header: dict[str, Any] = field(default_factory=dict)
    said_of_person: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    first_lifetime: int = 600
    refreshes: tuple[int, Any] | None = None
    """Status and body of the answer to a refresh token, when it is not a new one."""
    answers: dict[str, Any] = field(default_factory=dict)
    """What the token endpoint says otherwise than usual."""
    holding: threading.Event | None = None
    """While it is not set, whoever gives a token back or renews one waits."""
    gave_up: bool = False
    answers_lost: int = 0
    """So many answers to refresh tokens get lost: what they say was done."""
    keys_away: bool = False
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key = self.published

    def forms(self, path: str) -> list[dict[str, str]]:
        """Return what was posted to a path."""
        return [form for asked, form in self.asked if asked == path]

    def id_token(self, nonce: str | None, **more: Any) -> str:
        """Return an ID token."""
        now = int(time.time())
        usual = {
            "iss": self.issuer, "sub": SUBJECT, "aud": CLIENT, "exp": now + 3600, "iat": now,
            "auth_time": now, "sid": self.session, "nonce": nonce,
        }  # fmt: skip
        header = {"alg": "RS256", "kid": self.key.kid, "typ": "JWT"} | self.header
        return self.key.sign(_without_none(header), _without_none(usual | self.claims | more))

    def logout_token(
        self, header: dict[str, Any] | None = None, key: SigningKey | None = None, **claims: Any
    ) -> str:
        """Return a good logout token, apart from what is named."""
        now = int(time.time())
        usual = {
            "iss": self.issuer, "sub": SUBJECT, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": "jti-1",
            "sid": self.session, "events": {EVENT: {}},
        }  # fmt: skip
        says = {"alg": "RS256", "kid": self.key.kid, "typ": "logout+jwt"} | (header or {})
        return (key or self.key).sign(_without_none(says), _without_none(usual | claims))

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, Any]:
        """Return the status and the document of a path."""
        # What a sign-in of another test gives back late is none of this one's.
        if path != "/revocation" or f"-{self.session}-" in form["token"]:
            self.asked.append((path, form))
        if path == "/token":
            return self._tokens(form)
        if path == "/revocation" and self.holding:
            self.gave_up = not self.holding.wait(8)
        if path == "/jwks" and self.keys_away:
            return 503, {}
        said: dict[str, Any] = {
            "/.well-known/openid-configuration": self._discovery(),
            "/jwks": {"keys": [self.published.jwk.as_dict(private=False)]},
            "/userinfo": {"sub": SUBJECT, "name": "Anna", "organizations": []} | self.said_of_person,
            "/revocation": {},
        }
        return 200, said[path]

    def given_back(self, number: int) -> list[str]:
        """Return the tokens that were given back, as soon as there are so many; nobody waits for that."""
        for _ in attempts():
            if len(given := [form["token"] for form in self.forms("/revocation")]) >= number:
                return given
        raise AssertionError(f"{number} are not given back: {given}")

    def _tokens(self, form: dict[str, str]) -> tuple[int, Any]:
        first = form["grant_type"] == "authorization_code"
        if self.holding and not first:
            self.gave_up = not self.holding.wait(8)
        if self.answers_lost and not first:
            self.answers_lost -= 1
            return LOST, {}
        if self.refreshes and not first:
            return self.refreshes
        answer = {
            "access_token": f"access-{len(self.asked)}",
            "refresh_token": f"refresh-{self.session}-{len(self.asked)}",
            "token_type": "Bearer",
            "expires_in": self.first_lifetime if first else 600,
        }
        # The code of this provider is the nonce that comes back.
        return 200, answer | ({"id_token": self.id_token(form["code"])} if first else {}) | self.answers

    def _discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "revocation_endpoint": f"{self.issuer}/revocation",
            "end_session_endpoint": f"{self.issuer}/endsession",
            "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
        } | self.metadata


class Handler(BaseHTTPRequestHandler):
    """Answers as the stand-in of this moment does."""

    server: "Serving"

    def do_GET(self) -> None:
        self._say(*self.server.standin.answer(self.path, {}))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._say(*self.server.standin.answer(self.path, dict(urllib.parse.parse_qsl(body))))

    def _say(self, status: int, document: Any) -> None:
        if status == LOST:
            return
        body = (document if isinstance(document, str) else json.dumps(document)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Serving(ThreadingHTTPServer):
    """One address, at which one stand-in after the other answers, all with one key."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self._key = SigningKey("first")
        self.standin = self.anew()

    def anew(self) -> Standin:
        """Forget everything, and return what answers from now on."""
        self.standin = Standin(f"http://127.0.0.1:{self.server_port}", self._key)
        return self.standin


@contextlib.contextmanager
def serving() -> Iterator[Serving]:
    """Serve until the block ends."""
    server = Serving()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def by_hmac(token: str, header: dict[str, Any], secret: bytes) -> str:
    """Return the same claims, signed with a secret instead of a private key."""
    signed = f"{_written(header)}.{token.split('.')[1]}"
    return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), 'sha256'))}"


def unsigned(token: str, header: dict[str, Any], signature: str = "") -> str:
    """Return the same claims under another header, with a signature that may be empty."""
    return f"{_written(header)}.{token.split('.')[1]}.{signature}"


def _without_none(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}


def _written(part: dict[str, Any]) -> str:
    return _base64(json.dumps(part).encode())


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
