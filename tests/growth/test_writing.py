"""Acts: they take as many statements in a big organization as in a small one, and find rows by indexes."""

import functools
from collections.abc import Callable
from typing import Any

import pytest

from authserver.accounts import directory as people
from authserver.audit.log import SYSTEM
from authserver.base.clock import now
from authserver.base.handles import digest, new_handle
from authserver.management.views.site import ROUTES
from authserver.organizations.permissions import Rights
from authserver.organizations.store import invitations
from authserver.schema import metadata
from authserver.web.unit_of_work import UnitOfWork
from tests.growth import checks, filling
from tests.growth.conftest import Pair
from tests.growth.installation import Cost, Installation
from tests.management.matrix import BODIES, BY_NAME
from tests.management.world import Hand
from tests.organizations.inviting import accept, accept_as_newcomer, invite

MOST = 48
"""Statements of any act."""

Act = Callable[[Installation], Callable[[], object]]
"""Prepares an act in an installation, and returns what does it."""


def call(name: str, who: str = "anna", **others: str) -> Act:
    """Return the call of a route; `others` names the ids that are not the usual ones."""

    def prepare(at: Installation) -> Callable[[], object]:
        ids = at.template.ids | {key: at.template.ids[value] for key, value in others.items()}
        route = BY_NAME[name]
        path = functools.reduce(lambda path, key: path.replace(f"<uuid:{key}>", ids[key]), ids, route.path)
        hand = at.person if who == "anna" else _hand(at, who)
        body = BODIES[name]() if route.body else None
        return lambda: _expect(hand.ask(route.method, path, body), route.status)

    return prepare


def _expect(answer: Any, status: int) -> None:
    assert answer.status == status, answer.content


def _hand(at: Installation, who: str) -> Hand:
    with UnitOfWork(at.app):
        return at.world.person(people.get(at.template.ids[who]))


def _link(at: Installation, invitation_id: str) -> str:
    """Return the secret of an invitation's link, as its letter would have it."""
    secret = new_handle()
    with UnitOfWork(at.app):
        found = invitations.find(invitation_id)
        assert found
        assert invitations.write_link(found.id, found.letter_id, digest(secret), now(), now() + 86_400)
    return secret


def _accepting(at: Installation) -> Callable[[], object]:
    # Somebody of the crowd, who belongs to other organizations.
    with UnitOfWork(at.app):
        guest = people.get(at.template.ids["guest"])
    made = invite(at.world.acme, at.template.anna, Rights("member"), guest.email)
    secret = _link(at, made.id)
    return lambda: accept(at.app, guest, secret)


def _accepting_as_newcomer(at: Installation) -> Callable[[], object]:
    secret = _link(at, filling.invitation(1))
    return lambda: accept_as_newcomer(at.app, secret)


def _closing(at: Installation) -> Callable[[], object]:
    def close() -> None:
        with UnitOfWork(at.app):
            people.close(people.get(at.template.ids["leaver"]), SYSTEM)

    return close


ACTS: dict[str, Act] = {
    "create_organization": call("create_organization"),
    "change_organization": call("change_organization"),
    "create_invitation": call("create_invitation"),
    "resend_invitation": call("resend_invitation"),
    "revoke_invitation": call("revoke_invitation"),
    "accepting": _accepting,
    "accepting without an account": _accepting_as_newcomer,
    "change_member": call("change_member"),
    "taking rights from who invited many": call("change_member", account_id="inviter"),
    "remove_member": call("remove_member"),
    "leave_organization": call("leave_organization", "inviter"),
    "create_api_client": call("create_api_client"),
    "change_api_client": call("change_api_client"),
    "disable_api_client": call("disable_api_client"),
    "enable_api_client": call("enable_api_client"),
    "add_secret": call("add_secret"),
    "revoke_secret": call("revoke_secret"),
    "delete_api_client": call("delete_api_client"),
    "delete_organization": call("delete_organization"),
    "closing an account of many organizations": _closing,
}
"""In an order in which each succeeds."""

Costs = dict[str, tuple[Cost, Cost]]


@pytest.fixture(scope="session")
def made(spare: Pair) -> Costs:
    """What each act cost among few and among many."""

    def cost(at: Installation, act: Act) -> Cost:
        return at.cost(act(at))

    return {name: (cost(spare.small, act), cost(spare.big, act)) for name, act in ACTS.items()}


def test_no_act_of_the_api_is_forgotten() -> None:
    assert {route.name for route in ROUTES if route.method != "GET"} <= set(ACTS)


@pytest.mark.parametrize("name", ACTS)
def test_an_act_takes_as_many_statements_among_many_as_among_few(made: Costs, name: str) -> None:
    checks.flat(name, *made[name], MOST)


@pytest.mark.parametrize("name", ACTS)
def test_no_statement_of_an_act_goes_through_a_growing_table(spare: Pair, made: Costs, name: str) -> None:
    checks.by_indexes(spare.big, made[name][1])


def test_what_goes_with_a_row_is_found_by_an_index() -> None:
    for table in metadata.tables.values():
        keys = [list(index.columns) for index in table.indexes]
        keys += [list(constraint.columns) for constraint in table.constraints]
        for foreign in table.foreign_keys:
            assert any(key[0] is foreign.parent for key in keys if key), foreign
