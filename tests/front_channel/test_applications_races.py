"""An application is disabled or deleted, by another instance, while somebody is let in to it."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask

from authserver.accounts import sessions
from authserver.audit.log import SYSTEM
from authserver.clients import application_registration
from authserver.oidc.endpoints.authorize import AuthorizationEndpoint
from authserver.oidc.store import consents, interactions, logouts
from authserver.web.unit_of_work import UnitOfWork
from tests.conformance.person import Stand
from tests.front_channel.endings import Twins, while_it_is_granted
from tests.front_channel.feed import Api, api
from tests.front_channel.party import Party, live_grants
from tests.front_channel.visit import Visitor, answer, visitor
from tests.support.application import engine_of
from tests.support.people import Post, member

SCOPE = "openid offline_access printing.all"

End = Callable[[Party, Flask], None]


def disables(party: Party, at: Flask) -> None:
    with UnitOfWork(at):
        application_registration.set_disabled(party.client_id, SYSTEM, disabled=True)


def enables(party: Party, at: Flask) -> None:
    with UnitOfWork(at):
        application_registration.set_disabled(party.client_id, SYSTEM, disabled=False)


def deletes(party: Party, at: Flask) -> None:
    with UnitOfWork(at):
        application_registration.delete(party.client_id, SYSTEM)


@pytest.fixture
def printing(twins: Twins) -> Api:
    return api(twins[0], "printing")


@pytest.fixture
def anna(twins: Twins) -> Visitor:
    return visitor(member(twins[0], Post(twins[0])))


@pytest.mark.parametrize("end", [disables, deletes])
def test_who_is_let_in_after_its_end_is_not(
    twins: Twins, printing: Api, anna: Visitor, monkeypatch: pytest.MonkeyPatch, end: End
) -> None:
    """All was judged, and nothing is written yet. SQLite lets one of them write, and the other wait."""
    party, given = printing.party(), list[Stand]()
    while_it_is_granted(
        monkeypatch,
        (AuthorizationEndpoint, "grant"),
        lambda: given.append(anna.send(party, scope=SCOPE)),
        lambda: end(party, twins[1]),
    )
    assert given[0].shows("error-page") or engine_of(twins[0]).dialect.name == "sqlite"
    if end is disables:
        enables(party, twins[1])
    assert live_grants(twins[1]) == []


@pytest.mark.parametrize("end", [disables, deletes])
def test_a_grant_that_is_not_yet_committed_ends_too_and_its_apis_are_told(
    twins: Twins, printing: Api, anna: Visitor, monkeypatch: pytest.MonkeyPatch, end: End
) -> None:
    party, given = printing.party(), list[Stand]()
    while_it_is_granted(
        monkeypatch,
        (logouts, "note"),
        lambda: given.append(anna.send(party, scope=SCOPE)),
        lambda: end(party, twins[1]),
    )
    if end is disables:
        enables(party, twins[1])
    assert live_grants(twins[1]) == []
    assert party.redeem(answer(given[0])["code"], twins[1]).status in (400, 401)
    assert printing.kinds() == ["client-disabled"]


@pytest.mark.parametrize("where", [(consents, "remember"), (interactions, "consented")])
@pytest.mark.parametrize("end", [disables, deletes])
def test_who_agrees_at_that_moment_and_who_ends_it_do_not_wait_in_a_circle(
    twins: Twins,
    printing: Api,
    anna: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    where: tuple[ModuleType, str],
    end: End,
) -> None:
    party, given = printing.party(first_party=False), list[Stand]()
    asked = anna.send(party, scope=SCOPE)
    while_it_is_granted(
        monkeypatch,
        where,
        lambda: given.append(asked.press("consent-allow")),
        lambda: end(party, twins[1]),
    )
    assert answer(given[0])["code"]
    if end is disables:
        enables(party, twins[1])
    assert live_grants(twins[1]) == []
    assert printing.kinds() == ["client-disabled"]


@pytest.mark.parametrize("end", [disables, deletes])
def test_who_agrees_after_its_end_gets_a_page_that_says_so(
    twins: Twins, printing: Api, anna: Visitor, monkeypatch: pytest.MonkeyPatch, end: End
) -> None:
    party, given = printing.party(first_party=False), list[Stand]()
    asked = anna.send(party, scope=SCOPE)
    while_it_is_granted(
        monkeypatch,
        (sessions, "hold"),
        lambda: given.append(asked.press("consent-allow")),
        lambda: end(party, twins[1]),
    )
    assert given[0].shows("error-page") or engine_of(twins[0]).dialect.name == "sqlite"
    assert live_grants(twins[1]) == []
