"""Rows that the stores' own tests need: accounts, applications, grants."""

import itertools
from typing import Any

from flask import Flask

from authserver.accounts import directory
from authserver.audit.log import SYSTEM
from authserver.base.handles import digest, new_id
from authserver.clients import application_registration
from authserver.clients.application import Application
from authserver.oidc.messages.grant import Grant, Redemption, Rotation
from authserver.oidc.store import grants
from authserver.web.unit_of_work import UnitOfWork

NOW = 1_800_000_000
DAY = 86_400
_numbers = itertools.count(1)


def new_account(app: Flask) -> str:
    """Make an account; return its id."""
    with UnitOfWork(app):
        return directory.create(f"shelf{next(_numbers)}@example.com", SYSTEM).id


def new_application(app: Flask, name: str = "toolbox", **choices: Any) -> str:
    """Make an application with this id."""
    usual: dict[str, Any] = {
        "id": name,
        "name": name,
        "auth_method": "none",
        "redirect_uris": (f"https://{name}.test/cb",),
        "scopes": ("openid",),
    }
    with UnitOfWork(app):
        application_registration.register(Application(**(usual | choices)), SYSTEM)
    return name


def new_grant(account_id: str, client_id: str = "toolbox", **facts: Any) -> Grant:
    """Return a grant that was never written."""
    usual: dict[str, Any] = {
        "id": new_id(),
        "client_id": client_id,
        "account_id": account_id,
        "session_id": new_id(),
        "redirect_uri": f"https://{client_id}.test/cb",
        "scopes": ("openid", "profile"),
        "nonce": "",
        "code_challenge": "c" * 43,
        "authenticated_at": NOW - 5,
        "created_at": NOW,
        "renewable": True,
        "offline": False,
    }
    return Grant(**(usual | facts))


def kept(app: Flask, grant: Grant, code: str | None = None, expires_at: int = NOW + 60) -> Grant:
    """Write a grant behind a code: its own id where no other is said."""
    with UnitOfWork(app):
        grants.add(grant, digest(code or grant.id), expires_at)
    return grant


def redemption(first: str = "first", at: int = NOW) -> Redemption:
    """Return what a claim at a time turns a code into."""
    return Redemption(
        at=at,
        refresh_digest=digest(first),
        idle_until=at + DAY,
        renewable_until=at + 2 * DAY,
        plain_until=at + 3600,
    )


def redeemed(app: Flask, grant: Grant, first: str = "first", at: int = NOW) -> Grant:
    """Write a grant, claim its code, and return it as it is then."""
    kept(app, grant, expires_at=at + 60)
    with UnitOfWork(app):
        claimed = grants.claim_code(digest(grant.id), grant.client_id, redemption(first, at))
    assert claimed
    return claimed


def rotation(presented: str, successor: str, at: int = NOW + 10) -> Rotation:
    """Return one refresh token taking the place of another."""
    return Rotation(at, digest(presented), digest(successor), at + DAY)


def as_it_is(app: Flask, grant: Grant) -> Grant | None:
    """Return a grant as the database has it."""
    with UnitOfWork(app):
        return grants.find(grant.id)
