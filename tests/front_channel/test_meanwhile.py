"""What changes while a person is at the sign-in page: the application, the account, the request (A15)."""

from collections.abc import Callable

import pytest
from flask import Flask

from authserver.accounts import directory
from authserver.audit.log import SYSTEM
from authserver.clients import application_registration
from authserver.web.unit_of_work import UnitOfWork
from tests.conformance.person import Stand, forms_in
from tests.front_channel.party import Party, live_grants
from tests.front_channel.visit import Visitor, answer
from tests.support.people import Post, member, stranger

Change = Callable[[Party], object]


def disabled(party: Party) -> None:
    application_registration.set_disabled(party.client_id, SYSTEM, disabled=True)


def deleted(party: Party) -> None:
    application_registration.delete(party.client_id, SYSTEM)


def moved(party: Party) -> None:
    elsewhere = ("https://moved.test/cb",)
    application_registration.update(party.client_id, SYSTEM, redirect_uris=elsewhere)


def happens(change: Change, party: Party) -> None:
    with UnitOfWork(party.app):
        change(party)


def ends_here(stand: Stand) -> bool:
    """Return whether the person hears on a page that it can't go on."""
    assert (stand.page.status, stand.left_to) == (400, ""), stand.seen
    return stand.shows("error-page") and stand.shows("request-id")


GONE = pytest.mark.parametrize("change", [disabled, deleted, moved])


@pytest.fixture
def bob(app: Flask, post: Post) -> Visitor:
    """Somebody whose browser is empty."""
    return Visitor(app, stranger(app), member(app, post).email)


@GONE
def test_who_signs_in_for_an_application_that_is_gone_is_kept_here(
    party: Party, bob: Visitor, change: Change
) -> None:
    stand = bob.send(party)
    happens(change, party)
    assert ends_here(bob.sign_in(stand))
    assert bob.signed_in
    assert live_grants(party.app) == []


@GONE
def test_who_agrees_to_an_application_that_is_gone_is_kept_here(
    stranger_party: Party, anna: Visitor, change: Change
) -> None:
    stand = anna.send(stranger_party)
    happens(change, stranger_party)
    assert ends_here(stand.press("consent-allow"))
    assert ends_here(anna.open(stand.page.path))
    assert live_grants(stranger_party.app) == []


@GONE
def test_a_no_or_a_cancel_is_not_told_to_an_application_that_is_gone(
    stranger_party: Party, anna: Visitor, bob: Visitor, change: Change
) -> None:
    asked = anna.send(stranger_party)
    waiting = bob.send(stranger_party).page.text.partition('id="login-cancel"')[2]
    happens(change, stranger_party)
    page = anna.browser.post("/consent", None, **dict(forms_in(asked.page)[-1].hidden), decision="deny")
    assert (page.status, page.location) == (400, "")
    assert ends_here(bob.open(waiting.partition('href="')[2].partition('"')[0]))


@GONE
def test_the_sign_in_page_shows_nothing_of_an_application_that_is_gone(
    party: Party, bob: Visitor, change: Change
) -> None:
    stand = bob.send(party)
    happens(change, party)
    page = bob.open(stand.page.path).page
    assert page.shows("login-page")
    assert "Toolbox" not in page.text
    assert "https://rp" not in page.headers["Content-Security-Policy"]


def test_what_came_by_a_form_is_checked_again_when_the_browser_comes(party: Party, anna: Visitor) -> None:
    path = anna.send_by_post(party).location
    happens(disabled, party)
    assert ends_here(anna.open(path))


def test_an_application_that_is_enabled_again_goes_on(party: Party, bob: Visitor) -> None:
    stand = bob.send(party)
    happens(disabled, party)
    with UnitOfWork(party.app):
        application_registration.set_disabled(party.client_id, SYSTEM, disabled=False)
    assert answer(bob.sign_in(stand))["code"]


def test_a_scope_that_was_taken_away_meanwhile_is_an_error_at_the_application(
    party: Party, bob: Visitor
) -> None:
    stand = bob.send(party, scope="openid email")
    with UnitOfWork(party.app):
        application_registration.update(party.client_id, SYSTEM, scopes=("openid",))
    assert answer(bob.sign_in(stand))["error"] == "invalid_scope"


def test_an_account_that_is_disabled_gets_no_code_in_any_way(
    party: Party, stranger_party: Party, anna: Visitor
) -> None:
    anna.tokens(stranger_party)
    waiting = anna.send(party, prompt="consent")
    with UnitOfWork(party.app):
        directory.set_disabled(directory.get(anna.email), SYSTEM, disabled=True)
    page = waiting.press("consent-allow").page
    assert page.shows("login-page")
    for by in (party, stranger_party):
        assert answer(anna.send(by, prompt="none"))["error"] == "login_required"
        assert anna.sign_in(anna.send(by)).page.status == 401
    assert live_grants(party.app) == []


def test_a_session_that_ended_elsewhere_is_not_there_any_more(party: Party, anna: Visitor) -> None:
    elsewhere = Visitor(anna.app, stranger(anna.app), anna.email)
    elsewhere.sign_in(elsewhere.open("/login"))
    waiting = anna.send(party, prompt="consent")
    elsewhere.browser.submit("/account/sessions", "/account/sessions/end-others")
    assert waiting.press("consent-allow").shows("login-page")
    assert answer(anna.send(party, prompt="none"))["error"] == "login_required"
