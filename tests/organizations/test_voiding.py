"""Invitations whose inviter lost what they give: gone, and not back when the right is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from authserver.accounts import directory as people
from authserver.accounts.account import Account
from authserver.audit.log import SYSTEM
from authserver.clients import registration
from authserver.clients.api_client import ApiClientRecord
from authserver.clients.registration import Registration
from authserver.organizations import authority, directory
from authserver.organizations.authority import OPERATOR, Authority, member
from authserver.organizations.permissions import AUDIT, MEMBERS, Rights
from authserver.organizations.store import invitations
from authserver.web.unit_of_work import UnitOfWork
from tests.organizations.inviting import INVITED, accept, invite, look, token
from tests.organizations.workspace import Workspace, somebody
from tests.support.application import seed, trail
from tests.support.people import Post

READER = Rights("member", frozenset({AUDIT}))


@dataclass
class Cast:
    """Everybody who invites."""

    anna: Account
    olga: Account
    """An operator who belongs to no organization."""
    robot: ApiClientRecord


@pytest.fixture
def acme(app: Flask) -> Workspace:
    """An organization with the resource `webapi`."""
    return Workspace(app, seed(app))


@pytest.fixture
def cast(acme: Workspace) -> Cast:
    """A member, an operator and an API client."""
    acme.put("administrator")
    anna, olga = acme.put("member", MEMBERS, AUDIT), somebody(acme.app)
    with UnitOfWork(acme.app):
        people.set_operator(olga, SYSTEM, operator=True)
        wanted = Registration(acme.id, "Robot", ("webapi",), permissions=(MEMBERS, AUDIT))
        return Cast(anna, olga, registration.register(wanted, SYSTEM)[0])


Inviter = Callable[[Cast], Authority]
Act = Callable[[Cast], Any]


def of_anna(cast: Cast) -> Authority:
    return member(cast.anna.id)


def of_olga(cast: Cast) -> Authority:
    return Authority("operator", cast.olga.id)


def of_robot(cast: Cast) -> Authority:
    return authority.api_client(cast.robot.id)


def account(name: str, *, disabled: bool) -> Act:
    return lambda cast: people.set_disabled(getattr(cast, name), SYSTEM, disabled=disabled)


def operator(*, made: bool) -> Act:
    return lambda cast: people.set_operator(cast.olga, SYSTEM, operator=made)


def grant(*permissions: str) -> Act:
    return lambda cast: registration.update(cast.robot.id, SYSTEM, permissions=permissions)


def client(*, disabled: bool) -> Act:
    return lambda cast: registration.set_disabled(cast.robot.id, disabled=disabled, origin=SYSTEM)


def limit(*permissions: str) -> Act:
    return lambda _cast: directory.limit("acme", permissions or None, SYSTEM)


def organization(*, disabled: bool) -> Act:
    return lambda _cast: directory.set_disabled("acme", disabled=disabled, origin=SYSTEM)


LOST: dict[str, tuple[Inviter, Act, Act]] = {
    "account": (of_anna, account("anna", disabled=True), account("anna", disabled=False)),
    "operator's account": (of_olga, account("olga", disabled=True), account("olga", disabled=False)),
    "operator": (of_olga, operator(made=False), operator(made=True)),
    "client's permission": (of_robot, grant(AUDIT), grant(AUDIT, MEMBERS)),
    "client": (of_robot, client(disabled=True), client(disabled=False)),
    "limit": (of_anna, limit(AUDIT), limit()),
    "limit of a client": (of_robot, limit(AUDIT), limit()),
    "organization": (of_anna, organization(disabled=True), organization(disabled=False)),
    "organization of an operator's": (of_olga, organization(disabled=True), organization(disabled=False)),
}


@pytest.mark.parametrize("what", LOST)
def test_an_invitation_does_not_come_back_with_the_right_to_give_it(
    acme: Workspace, cast: Cast, post: Post, what: str
) -> None:
    inviter, take, give = LOST[what]
    invite(acme, inviter(cast), READER)
    link = token(post)
    assert look(acme.app, link)
    for act in (take, give):
        with UnitOfWork(acme.app):
            act(cast)
        assert look(acme.app, link) is None
    voided = [(event.target, event.organization_id) for event in trail(acme.app) if "voided" in event.action]
    assert voided == [(INVITED, acme.id)]
    # The address may be invited again at once.
    invite(acme, OPERATOR, READER)


@pytest.mark.parametrize("act", [grant(MEMBERS), limit(MEMBERS), client(disabled=False)])
def test_what_may_still_be_given_stays(acme: Workspace, cast: Cast, post: Post, act: Act) -> None:
    for number, inviter in enumerate((of_anna, of_olga, of_robot)):
        invite(acme, inviter(cast), READER, f"person{number}@example.com")
    with UnitOfWork(acme.app):
        act(cast)
        assert len(invitations.page(acme.id)) == 3


def test_a_deleted_client_invites_nobody_any_more(acme: Workspace, cast: Cast) -> None:
    invite(acme, of_robot(cast), READER)
    with UnitOfWork(acme.app):
        registration.delete(cast.robot.id, SYSTEM)
        assert invitations.page(acme.id) == []


def test_an_operators_invitation_is_accepted_where_members_may_not_invite(
    acme: Workspace, post: Post
) -> None:
    with UnitOfWork(acme.app):
        directory.limit("acme", [AUDIT], SYSTEM)
    invite(acme, OPERATOR, READER)
    assert accept(acme.app, somebody(acme.app, INVITED), token(post)).granted == READER
