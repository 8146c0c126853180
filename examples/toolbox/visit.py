"""Who is in front of this request, and what they may do: asked anew for each, and known to nobody longer."""

import threading
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, g, request, session

from examples.toolbox.platforms import Platforms
from examples.toolbox.provider import GrantEndedError, Provider
from examples.toolbox.settings import Settings
from examples.toolbox.sign_ins import SignIns, Tokens

KEY = "sign_in"
"""Where the cookie holds the key of a sign-in."""

ACTING_FOR = "acting_for"
"""Where forms say which organization was active when they were shown."""

LEEWAY = 30
"""Seconds before its end from which on a token is renewed."""

_renewing = tuple(threading.Lock() for _ in range(64))
"""Each sign-in has one of these, so that people don't wait for each other's tokens."""


class SignedOutError(Exception):
    """Nobody is signed in here, or not any more."""


class ForbiddenError(Exception):
    """The person lacks a permission in the active organization; names it."""


class MovedError(Exception):
    """A form is of another organization than the active one: the person moved in another window meanwhile."""


@dataclass(frozen=True, slots=True)
class Services:
    """What requests work with."""

    settings: Settings
    provider: Provider
    sign_ins: SignIns
    platforms: Platforms


@dataclass(frozen=True, slots=True)
class Organization:
    """One that the person belongs to."""

    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, as the provider says at this moment."""

    name: str
    organization: Organization | None
    permissions: frozenset[str]
    organizations: tuple[Organization, ...]
    tokens: Tokens = field(repr=False)

    def may(self, *permissions: str) -> bool:
        """Return whether the person holds one of these in the active organization."""
        return not self.permissions.isdisjoint(permissions)


def services() -> Services:
    """Return what this application works with."""
    found: Services = current_app.extensions["toolbox"]
    return found


def person() -> Person:
    """Return who is signed in. Raises SignedOutError."""
    if "person" not in g:
        g.person = _ask()
    found: Person = g.person
    return found


def acting_in() -> Organization | None:
    """Return the active organization, if there is one. Raises MovedError for a form that is of another."""
    active = person().organization
    if request.method == "POST" and request.form.get(ACTING_FOR) != (active.id if active else None):
        raise MovedError
    return active


def organization_of(*permissions: str) -> Organization:
    """Return the active organization, where the person may do one of these.

    Raises ForbiddenError, MovedError.
    """
    active = acting_in()
    if active is None or not person().may(*permissions):
        raise ForbiddenError(permissions[0])
    return active


def _ask() -> Person:
    tokens = _fresh(session.get(KEY, ""))
    said = services().provider.userinfo(tokens)
    if said is None:
        # Revoked, disabled, closed: whatever it was, the provider does not know the person any more.
        leave()
        raise SignedOutError
    return _person(said, tokens)


def _fresh(key: str) -> Tokens:
    """Return tokens that are good for a while yet. Raises SignedOutError."""
    found = services().sign_ins.find(key)
    if found is None:
        raise SignedOutError
    if not found.runs_out(LEEWAY):
        return found
    # A refresh token is good once: one thread renews, the others find what it got.
    with _renewing[hash(key) % len(_renewing)]:
        found = services().sign_ins.find(key)
        if found is None:
            raise SignedOutError
        return _renewed(key, found) if found.runs_out(LEEWAY) else found


def _renewed(key: str, tokens: Tokens) -> Tokens:
    try:
        renewed = services().provider.refresh(tokens)
    except GrantEndedError as fault:
        leave()
        raise SignedOutError from fault
    if not services().sign_ins.renew(key, renewed):
        # Somebody signed out meanwhile.
        services().provider.give_back(renewed)
        raise SignedOutError
    return renewed


def leave() -> Tokens | None:
    """End the sign-in of this browser here, and return its tokens if there was one; they are given back."""
    tokens = services().sign_ins.end(session.get(KEY, ""))
    session.clear()
    g.pop("person", None)
    if tokens:
        services().provider.give_back(tokens)
    return tokens


def _person(said: dict[str, Any], tokens: Tokens) -> Person:
    active = Organization(said["org_id"], said["org_name"], said["org_role"]) if "org_id" in said else None
    return Person(
        said.get("name") or said.get("email") or said["sub"],
        active,
        frozenset(said.get("permissions", ())),
        tuple(Organization(each["id"], each["name"], each["role"]) for each in said.get("organizations", ())),
        tokens,
    )
