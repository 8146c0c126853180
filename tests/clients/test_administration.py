"""API clients that people make for their organization: never more than they hold, longer than they stay."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from authserver.accounts import directory as people
from authserver.audit.log import SYSTEM
from authserver.base.errors import Forbidden, NotFound, Refused
from authserver.clients import administration, registration, resource_permissions, resource_registration
from authserver.clients.api_client import ApiClientRecord
from authserver.clients.reach import offered_scopes
from authserver.clients.resource import Resource
from authserver.clients.store import secrets as store
from authserver.organizations import administration as organizations
from authserver.organizations import authority, directory, invitations, membership
from authserver.organizations.authority import OPERATOR, Authority, api_client, member
from authserver.organizations.permissions import API_CLIENTS, AUDIT, MEMBERS, ORGANIZATION, Rights
from authserver.web.unit_of_work import UnitOfWork
from tests.clients.conftest import acts
from tests.clients.owning import Place, place
from tests.organizations.inviting import services
from tests.organizations.workspace import Workspace, somebody, workspace
from tests.support.application import race, trail

READ, MANAGE = "billing:read", "billing:manage"


@pytest.fixture
def here(app: Flask) -> Place:
    return place(app)


def test_who_holds_the_permission_creates_a_client_with_what_they_hold(here: Place) -> None:
    anna = here.acme.put("member", API_CLIENTS, READ)
    client, secret = here.create(anna, READ, name=" Nightly  reports ")
    assert (client.name, client.scopes, client.permissions) == ("Nightly reports", ("webapi",), (READ,))
    assert client.organization_id == here.acme.id
    assert here.opens(client, secret)
    assert here.as_tokens_see(client).permissions == (READ,)
    (event,) = [event for event in trail(here.app) if event.action == "api_client.created"]
    assert (event.actor, event.target, event.organization_id) == (
        f"account:{anna.id}", client.id, here.acme.id
    )  # fmt: skip
    assert secret not in str(trail(here.app))


def test_nobody_gives_a_client_what_they_do_not_hold(here: Place) -> None:
    anna, boss = here.acme.put("member", API_CLIENTS, READ), here.acme.put("administrator")
    for permissions in ((MANAGE,), (READ, MANAGE), (MEMBERS,)):
        with pytest.raises(Forbidden):
            here.create(anna, *permissions)
    with pytest.raises(Refused, match="no permission gone:away"):
        here.create(boss, "gone:away")
    for by in (here.acme.put("member", READ, MEMBERS, ORGANIZATION, AUDIT), here.acme.put()):
        with pytest.raises(Forbidden):
            here.create(by)
    with pytest.raises(NotFound):
        here.create(somebody(here.app))
    assert acts(here.app) == []
    client, _secret = here.create(boss, READ, MANAGE)
    with pytest.raises(Forbidden):
        here.change(anna, client, permissions=frozenset({READ, MANAGE, AUDIT}))
    # What others gave may stay; what is taken away does not come back by the same hand.
    assert here.change(anna, client, permissions=frozenset({MANAGE})).permissions == (MANAGE,)
    assert here.change(anna, client, permissions=frozenset({MANAGE, READ})).permissions == (MANAGE, READ)
    assert here.change(anna, client, permissions=frozenset({READ})).permissions == (READ,)
    with pytest.raises(Forbidden):
        here.change(anna, client, permissions=frozenset({READ, MANAGE}))


def test_nobody_gets_the_secret_of_a_client_that_holds_more(here: Place) -> None:
    anna, boss = here.acme.put("member", API_CLIENTS, READ), here.acme.put("administrator")
    client, secret = here.create(boss, READ, MANAGE)
    with pytest.raises(Forbidden, match="that you don't hold"):
        here.add(anna, client)
    with UnitOfWork(here.app):
        administration.set_disabled(member(anna.id), here.acme.id, client.id, SYSTEM, disabled=True)
        with pytest.raises(Forbidden):
            administration.set_disabled(member(anna.id), here.acme.id, client.id, SYSTEM, disabled=False)
    assert not here.opens(client, secret)
    # What the operator does not allow now may be allowed again: the secret would still be there.
    here.limit(API_CLIENTS, READ)
    assert here.as_tokens_see(client).permissions == (READ,)
    with pytest.raises(Forbidden):
        here.add(anna, client)
    assert here.add(boss, client)
    here.change(anna, client, permissions=frozenset({READ}))
    assert here.add(anna, client)


def test_a_client_never_holds_more_than_its_organization_is_allowed(here: Place) -> None:
    boss = here.acme.put("administrator")
    here.limit(API_CLIENTS, READ)
    with pytest.raises(Forbidden):
        here.create(boss, MANAGE)
    here.limit()
    client, _secret = here.create(boss, READ, MANAGE)
    for allowed, holds in (((API_CLIENTS, READ), (READ,)), ((API_CLIENTS,), ()), ((), (MANAGE, READ))):
        here.limit(*allowed)
        assert here.as_tokens_see(client).permissions == holds
    with UnitOfWork(here.app):
        resource_permissions.remove("webapi", READ, SYSTEM)
        resource_permissions.add("webapi", READ, "Something else", SYSTEM)
    assert here.as_tokens_see(client).permissions == (MANAGE,)


Going = Callable[[Place, str], object]
GOING: dict[str, Going] = {
    "removed": lambda here, who: membership.remove(OPERATOR, here.acme.id, who, SYSTEM),
    "demoted": lambda here, who: membership.change(OPERATOR, here.acme.id, who, Rights("member"), SYSTEM),
    "left": lambda here, who: membership.leave(who, here.acme.id, SYSTEM),
    "disabled": lambda _here, who: people.set_disabled(people.get(who), SYSTEM, disabled=True),
    "closed": lambda _here, who: people.close(people.get(who), SYSTEM),
}


@pytest.mark.parametrize("how", GOING)
def test_a_client_survives_whoever_made_it(here: Place, how: str) -> None:
    anna, boss = here.acme.put("administrator"), here.acme.put("administrator")
    client, secret = here.create(anna, READ)
    with UnitOfWork(here.app):
        GOING[how](here, anna.id)
    assert here.opens(client, secret)
    assert here.as_tokens_see(client).permissions == (READ,)
    (listed,) = here.secrets(boss, client)
    assert listed.secret.created_by == f"account:{anna.id}"
    assert listed.creator == ("" if how == "closed" else anna.email)


def test_scopes_are_those_that_are_offered(here: Place) -> None:
    boss = here.acme.put("administrator")
    with UnitOfWork(here.app):
        inner = Resource("ledger", "ledger", ("ledger",), "ES256", "rfc9068", 600, internal=True)
        resource_registration.register(inner, SYSTEM)
        assert offered_scopes() == ["webapi", "webapi.read"]
    refusals = set()
    for scope in ("ledger", "nothing", "openid", "management"):
        for scopes in ((scope,), ("webapi", scope)):
            with pytest.raises(Refused) as refused:
                here.create(boss, scopes=scopes)
            refusals.add(str(refused.value).replace(scope, "..."))
    assert len(refusals) == 1
    with pytest.raises(Refused):
        here.create(boss, scopes=())
    client, _secret = here.create(OPERATOR, scopes=("webapi", "ledger"))
    assert here.change(boss, client, scopes=("ledger",)).scopes == ("ledger",)
    with pytest.raises(Refused):
        here.change(boss, client, scopes=())
    assert here.change(boss, client, scopes=("webapi.read",)).scopes == ("webapi.read",)
    with pytest.raises(Refused):
        here.change(boss, client, scopes=("ledger", "webapi.read"))


def test_clients_of_others_do_not_exist(here: Place) -> None:
    anna, other = here.acme.put("administrator"), workspace(here.app, "other")
    bert = other.put("administrator")
    client, _secret = here.create(anna)
    with UnitOfWork(here.app):
        (secret,) = store.of(store.OF_CLIENTS, client.id)
    theirs, by, said = Place(other), member(bert.id), set()
    reaches: list[Callable[[ApiClientRecord], object]] = [
        lambda found: theirs.change(bert, found, name="Mine"),
        lambda found: theirs.add(bert, found),
        lambda found: theirs.revoke(bert, found, secret.id),
        lambda found: theirs.secrets(bert, found),
        lambda found: administration.get(by, other.id, found.id),
        lambda found: administration.delete(by, other.id, found.id, SYSTEM),
        lambda found: administration.set_disabled(by, other.id, found.id, SYSTEM, disabled=True),
    ]
    for found in (
        client,
        replace(client, id="0190d0f3-6a1b-4c55-9d3e-2f1c8a7b6e54"),
        replace(client, id="x"),
    ):
        for reach in reaches:
            with UnitOfWork(here.app), pytest.raises(NotFound) as refused:
                reach(found)
            said.add(str(refused.value).replace(found.id, "..."))
    assert said == {"There is no API client ...."}
    for stranger in (bert, somebody(here.app)):
        with pytest.raises(NotFound, match="no organization"):
            here.add(stranger, client)
    with UnitOfWork(here.app):
        assert administration.page(member(bert.id), other.id) == []
        assert administration.page(member(anna.id), here.acme.id) == [client]
        assert administration.get(member(anna.id), here.acme.id, client.id.upper()) == client


def test_disabling_enabling_and_deleting(here: Place) -> None:
    anna, boss = here.acme.put("member", API_CLIENTS), here.acme.put("administrator")
    client, secret = here.create(boss)
    for disabled in (True, False):
        with UnitOfWork(here.app):
            administration.set_disabled(member(anna.id), here.acme.id, client.id, SYSTEM, disabled=disabled)
        assert here.opens(client, secret) is not disabled
    with UnitOfWork(here.app):
        administration.delete(member(anna.id), here.acme.id, client.id, SYSTEM)
        with pytest.raises(NotFound):
            registration.get(client.id)
        assert store.of(store.OF_CLIENTS, client.id) == []
    assert acts(here.app)[-3:] == ["api_client.disabled", "api_client.enabled", "api_client.deleted"]


def test_a_deleted_organization_takes_its_clients_along(here: Place) -> None:
    boss = here.acme.put("administrator")
    client, _secret = here.create(boss)
    with UnitOfWork(here.app):
        organizations.delete(member(boss.id), here.acme.id, SYSTEM)
        with pytest.raises(NotFound):
            registration.get(client.id)
        assert people.get(boss.id)


def test_there_are_so_many_clients_and_no_more(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    boss = here.acme.put("administrator")
    monkeypatch.setattr(administration, "MOST", 5)
    done = race(16, lambda _number: here.create(boss)[0].id)
    assert sum(isinstance(each, str) for each in done) == 5
    assert sum(isinstance(each, Refused) for each in done) == 11


def test_a_client_acts_on_its_organization_with_what_it_holds(here: Place) -> None:
    boss, bert = here.acme.put("administrator"), here.acme.put("member")
    client, _secret = here.create(boss, API_CLIENTS, MEMBERS, READ)
    by = api_client(client.id)
    assert here.acme.held(by) == Rights("member", frozenset({API_CLIENTS, MEMBERS, READ}))
    assert Authority.parse(str(by)) == by
    made, _secret = here.create(by, READ)
    for refused in (MANAGE, ORGANIZATION):
        with pytest.raises(Forbidden):
            here.create(by, refused)
        with pytest.raises(Forbidden):
            here.change(by, client, permissions=frozenset({*client.permissions, refused}))
    with UnitOfWork(here.app):
        membership.change(by, here.acme.id, bert.id, Rights("member", frozenset({READ})), SYSTEM)
        with pytest.raises(Forbidden):
            membership.remove(by, here.acme.id, boss.id, SYSTEM)
        with pytest.raises(Forbidden):
            membership.change(by, here.acme.id, bert.id, Rights("administrator"), SYSTEM)
        asked = invitations.invite(
            services(here.app), by, here.acme.id, "new@example.com", Rights("member"), "en", SYSTEM
        )
    assert asked.inviter == str(by)
    with UnitOfWork(here.app):
        registration.set_disabled(client.id, disabled=True, origin=SYSTEM)
    assert here.acme.held(by) is None
    with pytest.raises(NotFound):
        here.change(by, made, name="Other")
    with UnitOfWork(here.app):
        registration.set_disabled(client.id, disabled=False, origin=SYSTEM)
        directory.set_disabled(here.acme.id, disabled=True, origin=SYSTEM)
    assert here.acme.held(by) is None
    assert Workspace(here.app, workspace(here.app, "other").organization).held(by) is None


def test_people_who_hold_a_permission_are_found(here: Place) -> None:
    boss, anna = here.acme.put("administrator"), here.acme.put("member", API_CLIENTS)
    here.acme.put("member", MEMBERS, "api_clients:manager")
    gone = here.acme.put("administrator")
    with UnitOfWork(here.app):
        people.set_disabled(gone, SYSTEM, disabled=True)
        found = authority.who_hold(directory.get(here.acme.id), API_CLIENTS, 10)
        assert [account.id for account in found] == [boss.id, anna.id]
        assert len(authority.who_hold(directory.get(here.acme.id), API_CLIENTS, 1)) == 1
    here.limit(MEMBERS)
    with UnitOfWork(here.app):
        assert authority.who_hold(directory.get(here.acme.id), API_CLIENTS, 10) == []
