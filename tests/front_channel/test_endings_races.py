"""Somebody is let in while something ends: no code, token or family outlives what it stands on."""

from collections.abc import Callable

import pytest
from flask import Flask

from authserver.accounts import directory
from authserver.audit.log import SYSTEM
from authserver.clients import application_registration
from authserver.oidc.endpoints.authorize import AuthorizationEndpoint
from authserver.oidc.grants.personal import Personal
from authserver.web.unit_of_work import UnitOfWork
from tests.conformance.person import Stand
from tests.front_channel.endings import while_it_is_granted
from tests.front_channel.party import Party, Reply, Tokens, live_grants, new_party, to_be_told
from tests.front_channel.visit import Visitor, answer, tabs_of
from tests.support.application import race
from tests.support.people import OTHER_PASSWORD

Twins = tuple[Flask, Flask]
OFFLINE = "openid offline_access"


def change_password(tab: Visitor) -> None:
    """Change the password at the account page."""
    form = tab.browser.open("/account/password").hidden
    page = tab.browser.post(
        "/account/password", None, **form, password=tab.password, new_password=OTHER_PASSWORD
    )
    assert page.location == "/account/password?saved=1"


def sign_out(tab: Visitor) -> None:
    """Sign out by the button of every page."""
    assert tab.browser.submit("/logout").location == "/logged-out"


def disable(tab: Visitor) -> None:
    """Disable the account, as an operator does."""
    with UnitOfWork(tab.app):
        directory.set_disabled(directory.get(tab.email), SYSTEM, disabled=True)


def enable(tab: Visitor) -> None:
    """Let the person in again."""
    with UnitOfWork(tab.app):
        directory.set_disabled(directory.get(tab.email), SYSTEM, disabled=False)


def close(tab: Visitor) -> None:
    """Delete the account."""
    with UnitOfWork(tab.app):
        directory.close(directory.get(tab.email), SYSTEM)


def codes_of(stands: list[Stand | BaseException]) -> list[str]:
    """Return the codes that were given; everybody else stands before a page of this server, whole."""
    codes = []
    for stand in stands:
        assert isinstance(stand, Stand), stand
        assert stand.page.status < 500
        if stand.left_to:
            codes.append(answer(stand)["code"])
        else:
            assert stand.shows("login-page") or stand.shows("error-page"), stand.seen
    return codes


ENDS_ALL = pytest.mark.parametrize("end", [change_password, disable, close])


@ENDS_ALL
def test_no_code_that_was_given_while_the_persons_access_ended_opens_anything(
    twins: Twins, both: tuple[Party, Visitor], end: Callable[[Visitor], None]
) -> None:
    party, anna = both
    anna.code(party, scope=OFFLINE)
    tabs = tabs_of(anna, twins, 32)

    def act(number: int) -> Stand:
        if number == 16:
            end(tabs[number])
        return tabs[number].send(party, scope=OFFLINE)

    stands = race(32, act)
    after = stands.pop(16)
    # The tab in which the password was changed is signed in, after the change.
    new = codes_of([after]) if end is change_password else []
    codes = codes_of(stands)
    if end is disable:
        enable(anna)
    assert len(live_grants(twins[0])) == len(new)
    assert all(party.redeem(code, at).refused("invalid_grant") for code in codes for at in twins)


def test_no_code_that_was_given_while_the_session_ended_opens_anything(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    party, anna = both
    tabs = tabs_of(anna, twins, 32)

    def act(number: int) -> Stand:
        if number == 16:
            sign_out(tabs[number])
        return tabs[number].send(party)

    codes = codes_of(race(32, act))
    assert all(party.redeem(code, at).refused("invalid_grant") for code in codes for at in twins)


@ENDS_ALL
def test_no_token_that_was_given_while_the_persons_access_ended_lives(
    twins: Twins, both: tuple[Party, Visitor], end: Callable[[Visitor], None]
) -> None:
    party, anna = both
    codes = [anna.code(party, scope=OFFLINE) for _ in range(16)]
    tab = tabs_of(anna, twins, 2)[1]

    def act(number: int) -> Reply | None:
        if number == 8:
            end(tab)
            return None
        return party.redeem(codes[number], twins[number % 2])

    replies = [each for each in race(16, act) if each is not None]
    if end is disable:
        enable(anna)
    assert live_grants(twins[0]) == []
    assert all(isinstance(each, Reply) and each.status in (200, 400) for each in replies)
    given = [Tokens.of(each) for each in replies if isinstance(each, Reply) and each.status == 200]
    assert all(party.dead(each, at) for each in given for at in twins)


@pytest.mark.parametrize("end", [change_password, disable, close, sign_out])
def test_no_family_that_is_renewed_while_its_ground_ends_lives_on(
    twins: Twins, both: tuple[Party, Visitor], end: Callable[[Visitor], None]
) -> None:
    _party, anna = both
    # A public one renews as long as the session lives.
    party = new_party(twins[0], "Browser application", auth_method="none")
    held = [anna.tokens(party) for _ in range(15)]
    tab = tabs_of(anna, twins, 2)[1]

    def act(number: int) -> Reply | None:
        if number == 15:
            end(tab)
            return None
        return party.refresh(held[number].refresh, twins[number % 2])

    replies = race(16, act)
    assert not [each for each in replies if isinstance(each, BaseException)]
    if end is disable:
        enable(anna)
    assert live_grants(twins[0]) == []
    given = [Tokens.of(each) for each in replies if isinstance(each, Reply) and each.status == 200]
    assert not [each for each in (*given, *held) if party.userinfo(each.access, twins[1]).status != 401]
    assert all(party.refresh(each.refresh).refused("invalid_grant") for each in (*given, *held))


GRANTING = (AuthorizationEndpoint, "grant")
ISSUING = (Personal, "issue")


@ENDS_ALL
def test_a_grant_that_is_about_to_be_written_is_found_by_what_ends_it(
    twins: Twins,
    both: tuple[Party, Visitor],
    monkeypatch: pytest.MonkeyPatch,
    end: Callable[[Visitor], None],
) -> None:
    party, anna = both
    given: list[Stand] = []
    (tab, other) = tabs_of(anna, twins, 2)
    while_it_is_granted(
        monkeypatch, GRANTING, lambda: given.append(tab.send(party, scope=OFFLINE)), lambda: end(other)
    )
    assert live_grants(twins[0]) == []
    assert all(party.redeem(code).refused("invalid_grant") for code in codes_of([*given]))


def test_whoever_is_let_in_while_the_person_signs_out_is_told_of_it(
    twins: Twins, both: tuple[Party, Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    _party, anna = both
    party = new_party(twins[0], "Bank", backchannel_logout_uri="https://bank.test/logout")
    given: list[Stand] = []
    (tab, other) = tabs_of(anna, twins, 2)
    while_it_is_granted(
        monkeypatch, GRANTING, lambda: given.append(tab.send(party, scope=OFFLINE)), lambda: sign_out(other)
    )
    codes = codes_of([*given])
    assert all(party.redeem(code, at).refused("invalid_grant") for code in codes for at in twins)
    assert to_be_told(twins[0]) == [party.client_id] * len(codes)


def test_a_code_is_worth_nothing_after_the_person_signed_out(
    twins: Twins, both: tuple[Party, Visitor]
) -> None:
    party, anna = both
    code = anna.code(party, scope=OFFLINE)
    sign_out(anna)
    assert live_grants(twins[1]) == []
    assert party.redeem(code, twins[1]).refused("invalid_grant")


@ENDS_ALL
def test_tokens_that_are_about_to_be_given_are_found_by_what_ends_them(
    twins: Twins,
    both: tuple[Party, Visitor],
    monkeypatch: pytest.MonkeyPatch,
    end: Callable[[Visitor], None],
) -> None:
    party, anna = both
    code = anna.code(party, scope=OFFLINE)
    replies: list[Reply] = []
    while_it_is_granted(
        monkeypatch,
        ISSUING,
        lambda: replies.append(party.redeem(code)),
        lambda: end(tabs_of(anna, twins, 2)[1]),
    )
    assert live_grants(twins[0]) == []
    (reply,) = replies
    assert reply.refused("invalid_grant") if reply.status != 200 else party.dead(Tokens.of(reply), twins[1])


def test_an_application_that_is_disabled_while_it_gets_a_code_gets_nothing_for_it(
    twins: Twins, both: tuple[Party, Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    party, anna = both
    given: list[Stand] = []

    def switch_off() -> None:
        with UnitOfWork(twins[1]):
            application_registration.set_disabled(party.client_id, SYSTEM, disabled=True)

    while_it_is_granted(
        monkeypatch,
        GRANTING,
        lambda: given.append(anna.send(party, scope=OFFLINE)),
        switch_off,
    )
    for code in codes_of([*given]):
        assert all(party.redeem(code, at).status == 401 for at in twins)
