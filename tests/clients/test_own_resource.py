"""The API resource of the management API: made once, kept, and nobody's to change."""

import pytest
from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.base.errors import Conflict, Refused
from authserver.clients import own_resource, resource_registration
from authserver.clients.own_resource import MANAGEMENT
from authserver.clients.resource import Resource
from authserver.clients.store import resources
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import race, trail

ISSUER = "https://id.example.com"


def ensure(app: Flask, issuer: str = ISSUER) -> None:
    with UnitOfWork(app):
        own_resource.ensure(issuer, SYSTEM)


def present(app: Flask) -> Resource | None:
    with UnitOfWork(app):
        return resources.find(MANAGEMENT)


def made(app: Flask) -> int:
    return sum(event.target == MANAGEMENT for event in trail(app))


def test_it_is_made_once_by_whoever_comes_first(app: Flask) -> None:
    assert set(race(16, lambda _: ensure(app))) == {None}
    found = present(app)
    assert found
    assert (found.audience, found.scopes, found.internal) == (f"{ISSUER}/api", ("management",), False)
    assert made(app) == 1


def test_it_follows_the_issuer(app: Flask) -> None:
    ensure(app)
    ensure(app, "https://other.example.com")
    found = present(app)
    assert found
    assert found.audience == "https://other.example.com/api"
    ensure(app, "https://other.example.com")
    assert made(app) == 2


def test_nobody_changes_or_deletes_it(app: Flask) -> None:
    ensure(app)
    before = present(app)
    with UnitOfWork(app):
        for act in (
            lambda: resource_registration.update(MANAGEMENT, SYSTEM, lifetime=3600),
            lambda: resource_registration.delete(MANAGEMENT, SYSTEM),
        ):
            with pytest.raises(Refused, match="belongs to this server itself"):
                act()
    assert present(app) == before


@pytest.mark.parametrize(("name", "audience"), [(MANAGEMENT, "mine"), ("mine", f"{ISSUER}/api")])
def test_an_operator_s_own_resource_in_its_place_is_not_overwritten(
    app: Flask, name: str, audience: str
) -> None:
    with UnitOfWork(app):
        theirs = Resource(name, audience, ("theirs",), "ES256", "rfc9068", 600)
        resource_registration.register(theirs, SYSTEM)
    with pytest.raises(Conflict):
        ensure(app)
    with UnitOfWork(app):
        assert resources.find(name) == theirs
