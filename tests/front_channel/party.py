"""A relying party in this process: it registers, sends people here, and speaks with the machine endpoints."""

import base64
import hashlib
import io
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.clients import application_registration
from authserver.clients.application import Application
from authserver.extensions import db
from authserver.oidc.models import GrantRow, LogoutRow
from authserver.oidc.vocabulary import FORM, INTROSPECTION, REVOCATION, TOKEN, USERINFO
from authserver.provider.wiring import rotation
from authserver.web.unit_of_work import UnitOfWork

VERIFIER = "front-channel-verifier-0123456789-abcdefghij"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SCOPES = ("openid", "profile", "email", "offline_access")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Reply:
    """An answer of a machine endpoint."""

    status: int
    headers: dict[str, str]
    body: Any = field(repr=False)

    def refused(self, code: str) -> bool:
        """Return whether this is a refusal as RFC 6749 section 5.2 has it."""
        assert self.headers["Cache-Control"] == "no-store"
        return self.status == 400 and self.body["error"] == code


@dataclass(frozen=True)
class Tokens:
    """What an application got."""

    access: str = field(repr=False)
    refresh: str = field(repr=False, default="")
    identity: str = field(repr=False, default="")

    @classmethod
    def of(cls, reply: Reply) -> "Tokens":
        """Return the tokens of an answer."""
        assert reply.status == 200, reply.body
        said = reply.body
        return cls(said["access_token"], said.get("refresh_token", ""), said.get("id_token", ""))

    @property
    def claims(self) -> dict[str, Any]:
        """What the ID token says."""
        return claims_of(self.identity)


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says; whether it is signed well is looked at elsewhere."""
    payload = token.split(".")[1]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return said


@dataclass(frozen=True)
class Party:
    """One application, registered at a server; what it asks of other instances names them as `at`."""

    app: Flask
    client_id: str
    secret: str = field(repr=False)
    origin: str

    @property
    def callback(self) -> str:
        """Where answers go."""
        return f"{self.origin}/cb"

    @property
    def logged_out(self) -> str:
        """Where people go after they signed out."""
        return f"{self.origin}/bye"

    def parameters(self, **more: str | None) -> dict[str, str]:
        """Return an authorization request; what is None is left out."""
        usual: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.callback,
            "scope": "openid",
            "state": "state-of-the-party",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (usual | more).items() if value is not None}

    def request(self, **more: str | None) -> str:
        """Return the path of an authorization request."""
        return f"/connect/authorize?{urlencode(self.parameters(**more))}"

    def redeem(self, code: str, at: Flask | None = None, **more: str) -> Reply:
        """Present a code."""
        usual = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": VERIFIER,
        }
        return self._ask(TOKEN, usual | more, at)

    def refresh(self, token: str, at: Flask | None = None, **more: str) -> Reply:
        """Present a refresh token."""
        return self._ask(TOKEN, {"grant_type": "refresh_token", "refresh_token": token} | more, at)

    def revoke(self, token: str, at: Flask | None = None) -> Reply:
        """Give a token back."""
        return self._ask(REVOCATION, {"token": token}, at)

    def active(self, token: str, at: Flask | None = None) -> bool:
        """Ask whether a token is good."""
        reply = self._ask(INTROSPECTION, {"token": token}, at)
        assert reply.status == 200, reply.body
        assert reply.body["active"] or reply.body == {"active": False}
        return bool(reply.body["active"])

    def userinfo(self, token: str, at: Flask | None = None) -> Reply:
        """Ask who the person is."""
        return call(at or self.app, USERINFO, headers={"HTTP_AUTHORIZATION": f"Bearer {token}"})

    def dead(self, tokens: Tokens, at: Flask | None = None) -> bool:
        """Return whether all that an application got is good for nothing: all of it, or none of it."""
        signs = {
            self.userinfo(tokens.access, at).status == 401,
            not self.active(tokens.access, at),
        }
        if tokens.refresh:
            signs |= {not self.active(tokens.refresh, at)}
        assert len(signs) == 1, signs
        dead = signs.pop()
        # Only then: a refresh would use up what is alive.
        if dead and tokens.refresh:
            assert self.refresh(tokens.refresh, at).refused("invalid_grant")
        return dead

    def _ask(self, path: str, form: dict[str, str], at: Flask | None) -> Reply:
        proof = {"client_id": self.client_id} | ({"client_secret": self.secret} if self.secret else {})
        return call(at or self.app, path, proof | form)


def call(
    app: Flask, path: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> Reply:
    """Call a machine endpoint as a WSGI server does: a form is posted, without one it is a GET."""
    body = urlencode(form or {}).encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET" if form is None else "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": FORM,
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "192.0.2.99",
        "wsgi.input": io.BytesIO(body),
    } | dict(headers or {})
    answer = app.extensions["machine_site"].serve(path, environ)
    said = json.loads(answer.body) if answer.body[:1] == b"{" else answer.body
    return Reply(answer.status, dict(answer.headers), said)


def new_party(app: Flask, name: str = "Toolbox", **choices: Any) -> Party:
    """Register an application, confidential and of the house where nothing else is said."""
    origin = choices.pop("origin", f"https://rp{next(_numbers)}.test")
    usual: dict[str, Any] = {
        "id": "",
        "name": name,
        "auth_method": "client_secret_post",
        "redirect_uris": (f"{origin}/cb",),
        "post_logout_redirect_uris": (f"{origin}/bye",),
        "scopes": SCOPES,
        "first_party": True,
    }
    with UnitOfWork(app):
        rotation(app.extensions["settings"]).ensure(SYSTEM)
        made, secret = application_registration.register(Application(**(usual | choices)), SYSTEM)
    return Party(app, made.id, secret or "", origin)


def live_grants(app: Flask) -> list[str]:
    """Return the ids of the grants in the database that nobody revoked."""
    with UnitOfWork(app):
        return [row.id for row in db.session.query(GrantRow) if row.revoked_at is None]


def to_be_told(app: Flask) -> list[str]:
    """Return the applications in the ledger of logouts, in the order of their ids."""
    with UnitOfWork(app):
        return sorted(row.client_id for row in db.session.query(LogoutRow))
