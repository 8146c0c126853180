"""An account that belongs to many organizations is closed: each is left or ends, and each is told of."""

import pytest
from flask import Flask

from authserver.accounts import directory as people
from authserver.audit.log import SYSTEM
from authserver.base.errors import NotFound, Refused
from authserver.organizations import directory, founding
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import MEMBERS, Rights
from authserver.organizations.store import invitations, memberships
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.feed import Api, api, client, machine_token
from tests.front_channel.visit import Visitor
from tests.organizations.inviting import invite
from tests.organizations.workspace import Workspace, workspace
from tests.support.application import trail


@pytest.fixture
def printing(app: Flask) -> Api:
    return api(app, "printing")


@pytest.fixture
def shared(app: Flask, anna: Visitor) -> list[Workspace]:
    """Organizations of Anna's with others, who administer them."""
    with UnitOfWork(app):
        account = people.get(anna.email)
    made = [workspace(app, f"shared-{number}") for number in range(3)]
    for place in made:
        place.put("administrator")
        place.place(account, "administrator" if place is made[0] else "member", MEMBERS)
        invite(place, account)
    return made


@pytest.fixture
def alone(app: Flask, anna: Visitor) -> list[Organization]:
    """Organizations to which nobody else belongs: the one of her first sign-in, and two more."""
    with UnitOfWork(app):
        account = people.get(anna.email)
        for number in range(2):
            founding.found(account.id, f"Alone {number}", None, SYSTEM)
        return memberships.alone(account.id)


def close(app: Flask, anna: Visitor) -> str:
    """Close the account and return its id."""
    with UnitOfWork(app):
        account = people.get(anna.email)
        people.close(account, SYSTEM)
    return account.id


def test_each_organization_hears_of_it_in_its_trail(
    app: Flask, anna: Visitor, shared: list[Workspace], alone: list[Organization]
) -> None:
    assert len(alone) == 3
    account_id = close(app, anna)
    told = [(each.action, each.target, each.organization_id) for each in trail(app)]
    for place in shared:
        assert told.count(("member.left", account_id, place.id)) == 1
        assert told.count(("invitation.voided", "invited@example.com", place.id)) == 1
        with UnitOfWork(app):
            assert not memberships.among(place.id, [account_id])
            assert not invitations.inviters(place.id)
            assert memberships.count(place.id) == 1
    for organization in alone:
        assert told.count(("organization.deleted", organization.id, organization.id)) == 1
        with UnitOfWork(app), pytest.raises(NotFound):
            directory.get(organization.id)


def test_apis_refuse_what_was_given_for_each(
    app: Flask, printing: Api, anna: Visitor, shared: list[Workspace], alone: list[Organization]
) -> None:
    party = printing.party()
    hers = [
        anna.tokens(party, scope=f"openid organization {printing.scope}", organization=place.id).access
        for place in shared
    ]
    robots = [machine_token(app, client(app, each, printing.scope)) for each in alone]
    others = machine_token(app, client(app, shared[0].organization, printing.scope))
    account_id = close(app, anna)
    assert all(printing.refuses(token) for token in hers + robots)
    assert not printing.refuses(others)
    said = [each.event.match for each in printing.told()]
    for place in shared:
        assert said.count({"sub": account_id, "org_id": place.id}) == 1
    for organization in alone:
        assert said.count({"org_id": organization.id}) == 1
    deleted = [each for each in trail(app) if each.action == "api_client.deleted"]
    assert {each.organization_id for each in deleted} == {each.id for each in alone}


def test_where_one_would_lose_its_last_administrator_nothing_ends(
    app: Flask, anna: Visitor, shared: list[Workspace], alone: list[Organization]
) -> None:
    with UnitOfWork(app):
        account = people.get(anna.email)
    led = workspace(app, "led")
    led.place(account, "administrator")
    led.put()
    with UnitOfWork(app):
        with pytest.raises(Refused, match="Led would have no Administrator"):
            people.close(account, SYSTEM)
        assert len(memberships.of_account(account.id)) == 7
        assert [directory.get(each.id).name for each in alone]
    assert shared[0].granted(account) == Rights("administrator", frozenset({MEMBERS}))
    assert "member.left" not in [each.action for each in trail(app)]
