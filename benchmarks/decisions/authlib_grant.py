"""What Authlib's server classes cost on the way of a token: `python -m benchmarks.decisions.authlib_grant`.

One client_credentials exchange, in process and without HTTP, through three WSGI applications: this server
behind its lean door, this server behind its Flask view, and a minimal Flask application with Authlib's
AuthorizationServer. All take the same form, compare a SHA-256 digest of the secret, sign ES256 and store
nothing. Rates count processor time of this process, so that other work on the machine disturbs them little.
"""

import hashlib
import hmac
import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median
from types import FrameType
from typing import Any, NamedTuple, cast

import orjson
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from flask import Flask, Response
from joserfc.jwk import ECKey

from authserver.app.factory import create_app
from authserver.app.lean_door import LeanDoor
from authserver.audit.event import SYSTEM
from authserver.cli.migrate import bring_up_to_date
from authserver.clients import registration, resource_registration
from authserver.clients.registration import Registration
from authserver.clients.resource import Resource
from authserver.config import Settings
from authserver.organizations import directory
from authserver.web import logs
from authserver.web.unit_of_work import UnitOfWork

ISSUER = "http://localhost:8000"
SCOPE = "webapi"
LIFETIME = 3600
TOKEN = "/connect/token"
ROUNDS = 5
SECONDS = 1.0
COUNTED = 100
"""Requests over which calls are counted."""

BASE: dict[str, Any] = {
    "REQUEST_METHOD": "POST",
    "PATH_INFO": TOKEN,
    "QUERY_STRING": "",
    "CONTENT_TYPE": "application/x-www-form-urlencoded",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "8000",
    "REMOTE_ADDR": "127.0.0.1",
    "wsgi.url_scheme": "http",
}

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Credentials(NamedTuple):
    """What the client sends, in the body of the form."""

    client_id: str
    secret: str


class Cost(NamedTuple):
    """What one request passes through: calls of Python and of C functions, files, hops between files."""

    calls: float
    c_calls: float
    files: int
    hops: float


def our_app(folder: Path) -> tuple[Flask, Credentials]:
    """Return this server on an empty SQLite database, with one client."""
    settings = Settings(
        mode="development",
        issuer=ISSUER,
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'measured.db'}",
        log_level="warning",
    )
    logs.configure(settings)
    app = create_app(settings)
    bring_up_to_date(app)
    with UnitOfWork(app):
        resource = Resource(SCOPE, SCOPE, (SCOPE,), "ES256", "rfc9068", LIFETIME)
        resource_registration.register(resource, SYSTEM)
        organization = directory.create("Measured", None, SYSTEM)
        client, secret = registration.register(Registration(organization.id, "Measured", (SCOPE,)), SYSTEM)
    return app, Credentials(client.id, secret)


class DictClient:
    """A client as Authlib's grants ask for one; it lives in a dict."""

    def __init__(self, credentials: Credentials) -> None:
        self._id = credentials.client_id
        self._digest = hashlib.sha256(credentials.secret.encode()).digest()

    def get_client_id(self) -> str:
        """Return the id."""
        return self._id

    def get_allowed_scope(self, scope: str | None) -> str:
        """Return the scopes granted; all there are when none was asked for."""
        return scope or SCOPE

    def check_client_secret(self, secret: str) -> bool:
        """Compare as this server does: SHA-256, in constant time."""
        return hmac.compare_digest(hashlib.sha256(secret.encode()).digest(), self._digest)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Return whether a way of authenticating is registered for an endpoint."""
        return endpoint == "token" and method in ("client_secret_basic", "client_secret_post")

    def check_grant_type(self, grant_type: str) -> bool:
        """Return whether the client may use a grant."""
        return grant_type == "client_credentials"


class Grant(ClientCredentialsGrant):  # type: ignore[misc] # the library has no types
    """Authlib's grant, with both ways of sending a secret."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


class Generator(JWTBearerTokenGenerator):  # type: ignore[misc] # the library has no types
    """Authlib's JWT access tokens (RFC 9068), signed with a key that was parsed once."""

    def __init__(self) -> None:
        super().__init__(ISSUER, "ES256", expires_generator=lambda *_: LIFETIME)
        self._key = ECKey.generate_key("P-256")

    def get_jwks(self) -> ECKey:
        """Return the key to sign with."""
        return self._key

    def get_audiences(self, client: object, user: object, scope: object) -> str:  # noqa: ARG002 - its signature
        """Return the audience."""
        return SCOPE


def authlib_app(credentials: Credentials) -> Flask:
    """Return a Flask application whose token endpoint is Authlib's."""
    app = Flask("authlib_measured", static_folder=None)
    clients = {credentials.client_id: DictClient(credentials)}
    server = AuthorizationServer(app, query_client=clients.get, save_token=lambda _token, _request: None)
    server.register_grant(Grant)
    server.register_token_generator("default", Generator())

    def token() -> Response:
        return cast("Response", server.create_token_response())

    app.add_url_rule(TOKEN, view_func=token, methods=["POST"])
    return app


def exchange(app: Wsgi, body: bytes) -> bytes:
    """Return the body of one answer; stop the program when it is no token."""
    told: list[str] = []
    environ = BASE | {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
    answer = app(environ, lambda status, _headers, *_: told.append(status))
    text = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    if not told[0].startswith("200"):
        raise SystemExit(f"{told[0]}: {text!r}")
    return text


def rate(app: Wsgi, body: bytes) -> float:
    """Return exchanges per second of processor time."""
    done, began = 0, time.process_time()
    while time.process_time() - began < SECONDS:
        for _ in range(50):
            exchange(app, body)
        done += 50
    return done / (time.process_time() - began)


def cost(app: Wsgi, body: bytes) -> Cost:
    """Return what a request passes through; the making of the request itself is not counted."""
    calls = c_calls = hops = 0
    files: set[str] = set()

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls, c_calls, hops
        if frame.f_code.co_filename == __file__ and event != "call":
            return
        if event == "c_call":
            c_calls += 1
        elif event == "call":
            caller = frame.f_back.f_code.co_filename if frame.f_back else ""
            file = frame.f_code.co_filename
            if file == __file__ == caller:
                return
            calls += 1
            hops += file != caller
            files.add(file)

    # What this server keeps for a second was read just now: the read itself is not what is compared here.
    exchange(app, body)
    sys.setprofile(watch)
    for _ in range(COUNTED):
        exchange(app, body)
    sys.setprofile(None)
    return Cost(calls / COUNTED, c_calls / COUNTED, len(files - {__file__}), hops / COUNTED)


def _measured(apps: dict[str, tuple[Wsgi, bytes]]) -> Iterator[tuple[str, float, Cost]]:
    rates: dict[str, list[float]] = {name: [] for name in apps}
    for _ in range(ROUNDS):
        for name, (app, body) in apps.items():
            rates[name].append(rate(app, body))
    for name, (app, body) in apps.items():
        yield name, median(rates[name]), cost(app, body)


def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        ours, credentials = our_app(Path(folder))
        body = (
            f"grant_type=client_credentials&client_id={credentials.client_id}"
            f"&client_secret={credentials.secret}&scope={SCOPE}"
        ).encode()
        apps: dict[str, tuple[Wsgi, bytes]] = {
            "ours, lean door": (LeanDoor(cast("Any", ours.wsgi_app), ours.extensions["machine_site"]), body),
            "ours, Flask view": (ours.wsgi_app, body),
            "Flask + Authlib": (authlib_app(credentials).wsgi_app, body),
        }
        for app, form in apps.values():
            for _ in range(200):
                token = orjson.loads(exchange(app, form))["access_token"]
            assert token.count(".") == 2  # noqa: S101 - a measurement of something else would be worthless
        print(f"{'':18} {'tokens/s':>9} {'calls':>7} {'C calls':>8} {'files':>6} {'hops':>6}")
        for name, per_second, its in _measured(apps):
            counted = f"{its.calls:7.0f} {its.c_calls:8.0f} {its.files:6} {its.hops:6.0f}"
            print(f"{name:18} {per_second:9,.0f} {counted}")


if __name__ == "__main__":
    main()
