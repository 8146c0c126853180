import pytest
from flask import Flask

from authserver.accounts import directory as people
from authserver.audit.log import SYSTEM
from authserver.base.errors import Conflict, NotFound, Refused
from authserver.clients import resource_permissions, resource_registration
from authserver.clients.resource import Resource
from authserver.organizations import authority, catalogue, directory, membership
from authserver.organizations.member import Membership
from authserver.organizations.permissions import OWN, Rights
from authserver.organizations.store import memberships
from authserver.web.unit_of_work import UnitOfWork
from tests.organizations.workspace import Workspace
from tests.support.application import race, seed, trail

OWN_NAMES = frozenset(permission.name for permission in OWN)


def names(app: Flask) -> frozenset[str]:
    with UnitOfWork(app):
        return catalogue.names()


def add(app: Flask, name: str, description: str = "Does things", resource: str = "webapi") -> None:
    with UnitOfWork(app):
        resource_permissions.add(resource, name, description, SYSTEM)


def other_resource(app: Flask) -> None:
    with UnitOfWork(app):
        wanted = Resource("tiles", "tiles", ("tiles",), "ES256", "rfc9068", 600)
        resource_registration.register(wanted, SYSTEM)


def test_the_catalogue_holds_the_servers_own_permissions_with_a_description_each(app: Flask) -> None:
    assert names(app) == {"members:manage", "api_clients:manage", "organization:manage", "audit:read"}
    with UnitOfWork(app):
        assert all(permission.description for permission in catalogue.everything())


def test_a_resource_registers_permissions_and_describes_them_anew(app: Flask) -> None:
    seed(app)
    add(app, "billing:read", "See invoices")
    add(app, "billing:read", "See invoices")
    add(app, "billing:read", "See all invoices")
    assert names(app) == OWN_NAMES | {"billing:read"}
    with UnitOfWork(app):
        (found,) = resource_permissions.of("webapi")
    assert (found.name, found.description, found.resource) == ("billing:read", "See all invoices", "webapi")
    told = [event for event in trail(app) if event.action == "permission.registered"]
    assert [(event.target, event.details) for event in told] == [("billing:read", {"resource": "webapi"})] * 2


def test_a_permission_belongs_to_one_resource(app: Flask) -> None:
    seed(app)
    other_resource(app)
    add(app, "billing:read")
    with pytest.raises(Conflict, match="another resource"):
        add(app, "billing:read", "Stolen", "tiles")
    with pytest.raises(NotFound):
        add(app, "billing:read", "Whose", "nothing")
    with UnitOfWork(app), pytest.raises(NotFound):
        resource_permissions.remove("tiles", "billing:read", SYSTEM)
    for name, description in (("members:manage", "Mine"), ("No", "Bad"), ("good:one", "")):
        with pytest.raises(Refused):
            add(app, name, description)


def test_a_withdrawn_permission_is_taken_from_everybody_and_does_not_come_back_with_its_name(
    app: Flask,
) -> None:
    organization = seed(app)
    for name in ("bill:read", "billing:read", "billing:read_all"):
        add(app, name)
    with UnitOfWork(app):
        anna = people.create("anna@example.com", SYSTEM)
        granted = frozenset({"bill:read", "billing:read", "billing:read_all"})
        memberships.add(Membership(organization, anna.id, "member", 0, granted))
        directory.limit("acme", ["billing:read"], SYSTEM)
    with UnitOfWork(app):
        resource_permissions.remove("webapi", "billing:read", SYSTEM)
    add(app, "billing:read", "Something else")
    with UnitOfWork(app):
        (mine,) = memberships.of_account(anna.id)
        assert mine.permissions == {"bill:read", "billing:read_all"}
        assert directory.get("acme").limited_to == ()


def test_withdrawing_waits_for_changes_in_a_limited_organization_and_never_in_a_circle(
    app: Flask, acme: Workspace
) -> None:
    anna, bert = acme.put("administrator"), acme.put("member")
    with UnitOfWork(app):
        webapi = Resource("webapi", "webapi", ("webapi",), "ES256", "rfc9068", 600)
        resource_registration.register(webapi, SYSTEM)
    for _ in range(8):
        add(app, "billing:read")
        with UnitOfWork(app):
            directory.limit("acme", ["billing:read", "members:manage", "audit:read"], SYSTEM)

        def act(number: int) -> None:
            with UnitOfWork(app):
                if number % 2:
                    catalogue.withdraw("webapi", "billing:read", SYSTEM)
                else:
                    granted = Rights("member", frozenset({"audit:read"}))
                    membership.change(authority.member(anna.id), acme.id, bert.id, granted, SYSTEM)

        done = race(2, act)
        assert done == [None, None]


def test_a_resource_that_goes_takes_its_permissions_along(app: Flask) -> None:
    seed(app)
    other_resource(app)
    add(app, "tiles:draw", "Draw", "tiles")
    add(app, "billing:read")
    with UnitOfWork(app):
        resource_registration.delete("tiles", SYSTEM)
    assert names(app) == OWN_NAMES | {"billing:read"}
    assert "permission.withdrawn" in [event.action for event in trail(app)]


def test_declaring_makes_it_what_was_named_once(app: Flask) -> None:
    seed(app)
    for wanted, changed in (
        ({"a:read": "Read", "b:read": "Read"}, True),
        ({"b:read": "Read", "a:read": "Read"}, False),
        ({"b:read": "Read it"}, True),
        ({}, True),
        ({}, False),
    ):
        with UnitOfWork(app):
            assert resource_permissions.declare("webapi", wanted, SYSTEM) is changed
            assert {each.name: each.description for each in resource_permissions.of("webapi")} == wanted


def test_of_two_resources_that_want_one_name_at_once_one_gets_it(app: Flask) -> None:
    seed(app)
    other_resource(app)

    def register(number: int) -> str:
        with UnitOfWork(app):
            resource = ("webapi", "tiles")[number % 2]
            return str(resource_permissions.add(resource, "billing:read", f"By {resource}", SYSTEM).resource)

    done = race(16, register)
    (owner,) = {each for each in done if isinstance(each, str)}
    with UnitOfWork(app):
        assert [each.name for each in resource_permissions.of(owner)] == ["billing:read"]


def test_the_operator_limits_an_organization_and_lifts_it(app: Flask) -> None:
    seed(app)
    with UnitOfWork(app):
        assert directory.get("acme").limited_to is None
        limited = directory.limit("acme", ["audit:read", "audit:read"], SYSTEM)
        assert limited.limited_to == ("audit:read",)
        with pytest.raises(Refused, match="no permission gone:away"):
            directory.limit("acme", ["gone:away"], SYSTEM)
        assert directory.limit("acme", None, SYSTEM).limited_to is None
        directory.limit("acme", None, SYSTEM)
        with pytest.raises(NotFound):
            directory.limit("nobody", None, SYSTEM)
    told = [event for event in trail(app) if event.action == "organization.limited"]
    assert [event.details["to"] for event in told] == ["audit:read", "everything"]
    assert all(event.organization_id for event in told)
