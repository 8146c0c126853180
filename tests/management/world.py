"""Who calls the management API: people with tokens of a product, and API clients with their own."""

import json
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from authserver.accounts.account import Account
from authserver.audit.log import SYSTEM
from authserver.base.clock import now
from authserver.base.handles import digest
from authserver.clients import own_resource, registration
from authserver.clients.registration import Registration
from authserver.oidc.store import grants
from authserver.oidc.tokens import access_token
from authserver.oidc.tokens.access_token import AccessToken
from authserver.oidc.tokens.scopes import TokenForm
from authserver.oidc.vocabulary import TOKEN
from authserver.organizations import catalogue
from authserver.organizations.permissions import Role
from authserver.provider.wiring import rotation
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.party import call
from tests.front_channel.shelf import new_application, new_grant, redemption
from tests.organizations.workspace import Workspace
from tests.support.application import seed

BASE = "/api/v1"
PRODUCT = "toolbox"
ORIGIN = "https://toolbox.test"
EXTRA = ("billing:read", "billing:manage")


@dataclass(frozen=True)
class Answer:
    """One answer of the API."""

    status: int
    headers: Any = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def body(self) -> Any:
        """What it says."""
        return json.loads(self.content)

    @property
    def etag(self) -> str:
        """Its entity tag."""
        return str(self.headers["ETag"])

    def refused(self, status: int) -> bool:
        """Return whether this is a refusal as RFC 9457 has it, with a status."""
        assert self.status == status, self.content
        assert self.headers["Content-Type"] == "application/problem+json"
        said = self.body
        assert {"title", "status", "detail", "request_id", "errors"} == set(said)
        assert (said["status"], said["request_id"]) == (status, self.headers["X-Request-Id"])
        assert ("WWW-Authenticate" in self.headers) >= (status == 401)
        return True


@dataclass(frozen=True)
class Hand:
    """Somebody who calls with a token, or (None) without."""

    app: Flask
    token: str | None = field(default=None, repr=False)
    id: str = ""

    def ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Send one request below `/api/v1`, or to an absolute path."""
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        options: dict[str, Any] = {}
        if body is not None:
            sent["Content-Type"] = "application/json"
            options["data"] = body if isinstance(body, bytes) else json.dumps(body)
        address = path if path.startswith("/api") else BASE + path
        client = self.app.test_client(use_cookies=False)
        answer: TestResponse = client.open(
            address, method=method, headers=sent | (headers or {}),
            environ_base={"REMOTE_ADDR": "192.0.2.5"}, **options,
        )  # fmt: skip
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] in ("no-store", "public, max-age=300")
        return Answer(answer.status_code, answer.headers, answer.data)

    def get(self, path: str, **headers: str) -> Answer:
        """Read."""
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, body: object = None, **headers: str) -> Answer:
        """Create, or act; headers are named with underscores."""
        return self.ask("POST", path, body, _named(headers))

    def patch(self, path: str, body: object, **headers: str) -> Answer:
        """Change."""
        return self.ask("PATCH", path, body, _named(headers))

    def delete(self, path: str, **headers: str) -> Answer:
        """Delete."""
        return self.ask("DELETE", path, headers=_named(headers))


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass
class World:
    """One organization, and whoever calls."""

    app: Flask
    acme: Workspace

    @property
    def path(self) -> str:
        """The path of the organization."""
        return f"/organizations/{self.acme.id}"

    @property
    def audience(self) -> str:
        """The audience of tokens for the API."""
        return own_resource.audience(str(self.app.config["ISSUER"]))

    def nobody(self) -> Hand:
        """Somebody without a token."""
        return Hand(self.app)

    def person(self, account: Account, **facts: Any) -> Hand:
        """Somebody with a token that the product got for them."""
        return Hand(self.app, token_of(self.app, account, **facts), account.id)

    def member(self, role: Role = "member", *permissions: str) -> Hand:
        """A new member of the organization."""
        return self.person(self.acme.put(role, *permissions))

    def administrator(self) -> Hand:
        """A new Administrator of the organization."""
        return self.member("administrator")

    def software(self, *permissions: str, scopes: tuple[str, ...] = ("management",), **asked: str) -> Hand:
        """An API client of the organization, with a token from the token endpoint."""
        with UnitOfWork(self.app):
            wanted = Registration(self.acme.id, "Robot", scopes, permissions=permissions)
            client, secret = registration.register(wanted, SYSTEM)
        return Hand(self.app, machine_token(self.app, client.id, secret, **asked), client.id)


def machine_token(app: Flask, client_id: str, secret: str, **more: str) -> str:
    """Return a token of an API client."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret} | more
    reply = call(app, TOKEN, form)
    assert reply.status == 200, reply.body
    return str(reply.body["access_token"])


def token_of(app: Flask, account: Account, **facts: Any) -> str:
    """Return a token of a person, as the grants make it; `facts` change its claims, `typ` its kind."""
    at = now()
    grant = new_grant(
        account.id, PRODUCT, scopes=("openid", "management"), offline=True, created_at=at, authenticated_at=at
    )
    typ = facts.pop("typ", "at+jwt")
    issuer = str(app.config["ISSUER"])
    form = TokenForm((own_resource.audience(issuer),), "ES256", "rfc9068", 600)
    said = access_token.claims(AccessToken(account.id, PRODUCT, "", grant.scopes, form, grant), issuer, at)
    with UnitOfWork(app):
        grants.add(grant, digest(grant.id), at + 60)
        assert grants.claim_code(digest(grant.id), PRODUCT, redemption(grant.id, at))
        return str(app.extensions["provider"].keys.signer("ES256").sign(typ, said | facts))


def new_world(app: Flask) -> World:
    """Make the organization `acme`, the API `webapi` with permissions, the product and the management API."""
    organization = seed(app)
    with UnitOfWork(app):
        rotation(app.extensions["settings"]).ensure(SYSTEM)
        own_resource.ensure(str(app.config["ISSUER"]), SYSTEM)
        for name in EXTRA:
            catalogue.register("webapi", name, "Does things with invoices", SYSTEM)
    new_application(app, PRODUCT, scopes=("openid", "management"), cors_origins=(ORIGIN,))
    return World(app, Workspace(app, organization))
