"""An application of measurements and what people granted it: here through the stores, there by the peer."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from authserver.accounts.account import Session
from authserver.accounts.store import accounts, sessions
from authserver.base.clock import now
from authserver.base.handles import digest, new_handle, new_id
from authserver.extensions import db
from authserver.oidc.messages.grant import Grant
from authserver.oidc.store import grants
from authserver.oidc.tokens import refresh_token
from authserver.web.unit_of_work import UnitOfWork
from benchmarks import ours
from benchmarks.ours import Installation
from benchmarks.processes import MeasurementError, Server
from benchmarks.visitors import add_accounts, application_of

REDIRECT_URI = "https://app.example.com/callback"
SCOPES = ("openid", "profile", "email", "offline_access", "webapi")
RESOURCE = "webapi"
PEOPLE = 100
"""Accounts that grants belong to, in turn."""

BATCH = 1000
DAY = 86_400

VERIFIER = secrets.token_urlsafe(32)
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Credentials(NamedTuple):
    """Who authenticates by HTTP Basic."""

    client_id: str
    secret: str

    @property
    def header(self) -> str:
        """The Authorization header; what was made here needs no form-encoding before."""
        return "Basic " + base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()


class SignedIn(NamedTuple):
    """Somebody, and the session that their grants came from: a code is worth nothing without it."""

    account_id: str
    session_id: str


@dataclass(frozen=True, slots=True)
class Registered:
    """An installation with an application, a resource that introspects, and people."""

    installation: Installation
    application: Credentials
    resource: Credentials
    people: tuple[SignedIn, ...]

    def codes(self, count: int) -> list[str]:
        """Write grants that wait behind their codes; return the codes. Nobody may be serving."""
        made: list[str] = []

        def one(grant: Grant) -> None:
            made.append(new_handle())
            grants.add(grant, digest(made[-1]), grant.created_at + DAY)

        self._write(count, one)
        return made

    def refresh_tokens(self, count: int) -> list[str]:
        """Write grants that were redeemed; return their refresh tokens. Nobody may be serving."""
        made: list[str] = []

        def one(grant: Grant) -> None:
            token = refresh_token.first(grant.id)
            made.append(str(token))
            redeemed = {"redeemed_at": grant.created_at, "refresh_digest": token.digest}
            until = {"idle_until": grant.created_at + DAY, "expires_at": grant.created_at + DAY}
            values = {name: getattr(grant, name) for name in Grant.__dataclass_fields__}
            grants.add(Grant(**(values | redeemed | until)), digest(new_handle()), grant.created_at + DAY)

        self._write(count, one)
        return made

    def _write(self, count: int, one: Callable[[Grant], None]) -> None:
        app = application_of(self.installation.folder, ours.MASTER_KEY)
        for begin in range(0, count, BATCH):
            with UnitOfWork(app):
                for grant in self._grants(begin, min(begin + BATCH, count)):
                    one(grant)
        with app.app_context():
            db.engine.dispose()

    def _grants(self, begin: int, end: int) -> Iterator[Grant]:
        at = now()
        for number in range(begin, end):
            person = self.people[number % len(self.people)]
            yield Grant(
                id=new_id(),
                client_id=self.application.client_id,
                account_id=person.account_id,
                session_id=person.session_id,
                redirect_uri=REDIRECT_URI,
                scopes=SCOPES,
                nonce="n",
                code_challenge=CHALLENGE,
                authenticated_at=at,
                created_at=at,
                renewable=True,
                offline=True,
            )


def register(folder: Path, variables: dict[str, str] | None = None, *, people: int = PEOPLE) -> Registered:
    """Make an installation with one confidential application of the operator's own."""
    installation = ours.install(folder, variables)
    scopes = [argument for scope in SCOPES for argument in ("--scope", scope)]
    application = json.loads(
        installation.command(
            "applications", "create", "--name", "Bench", "--first-party", "--redirect-uri", REDIRECT_URI,
            "--id-token-algorithm", "ES256", *scopes, "--json",
        )
    )  # fmt: skip
    secret = json.loads(installation.command("resources", "secrets", "add", RESOURCE, "--json"))["secret"]
    names = [f"person{number}" for number in range(people)]
    add_accounts(installation.folder, names, proven=True, master_key=ours.MASTER_KEY)
    return Registered(
        installation,
        Credentials(application["client_id"], application["client_secret"]),
        Credentials(RESOURCE, secret),
        _signed_in(installation, names),
    )


def _signed_in(installation: Installation, names: list[str]) -> tuple[SignedIn, ...]:
    app = application_of(installation.folder, ours.MASTER_KEY)
    with UnitOfWork(app):
        known = [accounts.credentials_of(f"{name}@example.com") for name in names]
        people = tuple(SignedIn(each.account.id, new_id()) for each in known if each)
        for person in people:
            sessions.add(_session(person, now()), digest(new_handle()))
    with app.app_context():
        db.engine.dispose()
    return people


def _session(person: SignedIn, at: int) -> Session:
    return Session(
        id=person.session_id,
        account_id=person.account_id,
        stage="full",
        created_at=at,
        authenticated_at=at,
        last_seen_at=at,
        idle=DAY,
        expires_at=at + DAY,
        source="127.0.0.1",
        user_agent="",
    )


def code_body(code: str) -> str:
    """Return the form that redeems a code."""
    return urlencode(
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
        }
    )


def refresh_body(token: str) -> str:
    """Return the form that uses a refresh token."""
    return urlencode({"grant_type": "refresh_token", "refresh_token": token})


def peer_variables(application: Credentials) -> dict[str, str]:
    """Return what the peer has to know to serve the same application."""
    return {
        "CLIENT_ID": application.client_id,
        "CLIENT_SECRET": application.secret,
        "REDIRECT_URI": REDIRECT_URI,
        "CHALLENGE": CHALLENGE,
    }


def access_tokens(server: Server, application: Credentials, codes: list[str]) -> list[str]:
    """Redeem codes at our server and return the access tokens. Raises MeasurementError."""
    tokens = [server.token(code_body(code), application.header) for code in codes]
    if not all(tokens):
        raise MeasurementError(f"{server.name} gives no tokens for codes")
    return [token for token in tokens if token]
