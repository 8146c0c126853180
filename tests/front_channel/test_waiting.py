"""A request that waits: for whom, what the pages show of it, and how it ends without an answer (A12, A15)."""

import threading
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.clients import application_registration
from authserver.oidc.store import interactions
from authserver.oidc.store.interactions import LIFETIME, Interaction
from authserver.web.unit_of_work import UnitOfWork
from tests.conformance.person import Stand, forms_in
from tests.front_channel.party import Party, new_party
from tests.front_channel.visit import Visitor, answer, went_to
from tests.support.people import PASSWORD, Post, later, member, stranger


@pytest.fixture
def bob(app: Flask, post: Post) -> Visitor:
    """Somebody whose browser is empty."""
    return Visitor(app, stranger(app), member(app, post).email)


def cancel_link(stand: Stand) -> str:
    """Return where the Cancel of a sign-in page leads."""
    return stand.page.text.partition('id="login-cancel"')[2].partition('href="')[2].partition('"')[0]


def next_of(stand: Stand) -> str:
    """Return where a sign-in page goes on to."""
    return dict(forms_in(stand.page)[0].hidden)["next"]


def test_a_cancel_of_what_may_not_be_asked_any_more_is_told_as_such(party: Party, bob: Visitor) -> None:
    stand = bob.send(party, scope="openid email", response_mode="form_post")
    with UnitOfWork(party.app):
        application_registration.update(party.client_id, SYSTEM, scopes=("openid",))
    said = answer(bob.open(cancel_link(stand)))
    assert (said["error"], said["state"]) == ("invalid_scope", "state-of-the-party")


def test_what_came_by_a_form_can_be_cancelled_before_anything_was_shown(party: Party, bob: Visitor) -> None:
    path = bob.send_by_post(party).location
    assert answer(bob.open(f"{path}/cancel"))["error"] == "access_denied"
    # From then on it belongs to nobody else.
    assert Visitor(bob.app, stranger(bob.app), "").open(path).page.status == 400


def test_a_sign_in_page_for_what_shows_no_page_is_a_page_all_the_same(party: Party, bob: Visitor) -> None:
    # Nobody is led there: silence is answered before. But its address can be put together.
    bob.send(party)
    path = bob.send_by_post(party, prompt="none").location
    stand = bob.open(f"/login?next={path}")
    assert stand.shows("login-page")
    assert answer(bob.sign_in(stand))["code"]


def test_nothing_the_person_can_do_ends_at_the_application_and_not_in_a_circle(
    party: Party, anna: Visitor, bob: Visitor
) -> None:
    hers = anna.tokens(party)
    stand = bob.send(party, id_token_hint=hers.identity)
    path = next_of(stand)
    form = forms_in(stand.page)[0]
    page = bob.browser.post("/login", None, **dict(form.hidden), username=bob.email, password=PASSWORD)
    assert urlsplit(page.location).path == path
    # In another tab, before this one went on: signing in once more would not help either.
    assert answer(bob.open(f"/login?next={path}"))["error"] == "login_required"


def test_a_sign_in_page_that_comes_first_takes_the_request_for_its_browser(
    party: Party, bob: Visitor
) -> None:
    path = bob.send_by_post(party).location
    stand = bob.open(f"/login?next={path}")
    assert "Toolbox" in stand.page.text
    assert answer(bob.sign_in(stand))["code"]


def test_an_essential_acr_that_nobody_has_is_no_reason_to_sign_in(
    party: Party, stranger_party: Party, anna: Visitor
) -> None:
    anna.send(stranger_party)
    gold = '{"id_token": {"acr": {"value": "gold", "essential": true}}}'
    path = anna.send_by_post(party, claims=gold).location
    said = answer(anna.open(f"/login?next={path}"))
    assert said["error"] == "unmet_authentication_requirements"


def test_of_two_browsers_that_come_at_once_for_a_form_one_gets_it(
    both: tuple[Party, Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    party, anna = both
    path = anna.send_by_post(party).location
    found, go_on = threading.Event(), threading.Event()
    find = interactions.find

    def slowly(*facts: Any) -> Interaction | None:
        interaction = find(*facts)
        if threading.current_thread().name == "slow":
            found.set()
            go_on.wait(20)
        return interaction

    monkeypatch.setattr(interactions, "find", slowly)
    stands: dict[str, Stand] = {}

    def come() -> None:
        browser = Visitor(party.app, stranger(party.app), anna.email)
        stands[threading.current_thread().name] = browser.open(path)

    slow = threading.Thread(target=come, name="slow")
    slow.start()
    assert found.wait(20)
    quick = threading.Thread(target=come, name="quick")
    quick.start()
    # Whether it waits for the other or does not: both orders are to be seen through.
    quick.join(2)
    go_on.set()
    slow.join(20)
    quick.join(20)
    assert sorted(stand.page.status for stand in stands.values()) == [200, 400]
    (lost,) = [stand for stand in stands.values() if stand.page.status == 400]
    assert lost.shows("error-page")
    assert "Toolbox" not in lost.page.text
    assert lost.browser.line.cookie("browser") is None
    (won,) = [stand for stand in stands.values() if stand.page.status == 200]
    assert answer(anna_in(won, anna).sign_in(won))["code"]


def anna_in(stand: Stand, anna: Visitor) -> Visitor:
    """Return somebody in the browser that stands at a page."""
    return Visitor(anna.app, stand.browser, anna.email)


def test_a_consent_page_of_too_long_ago_agrees_to_nothing(stranger_party: Party, anna: Visitor) -> None:
    shown = dict(forms_in(anna.send(stranger_party).page)[-1].hidden)
    with later(LIFETIME - 60):
        anna.browser.open("/account")
        assert anna.open(f"/consent?interaction={shown['interaction']}").shows("consent-page")
    with later(LIFETIME + 60):
        for decision in ("allow", "deny"):
            stand = anna.at(anna.browser.post("/consent", None, **shown, decision=decision))
            assert (stand.page.status, stand.left_to) == (400, "")
            assert stand.shows("error-page")
        assert answer(anna.send(stranger_party, prompt="none"))["error"] == "consent_required"


def test_what_came_by_a_form_waits_no_longer_than_anything_else(party: Party, anna: Visitor) -> None:
    path = anna.send_by_post(party).location
    with later(LIFETIME + 60):
        assert anna.open(path).page.status == 400
        # Somebody else's page shows nothing of it either.
        assert "Toolbox" not in anna.open(f"/login?next={path}").page.text


def test_the_sign_in_page_shows_what_the_application_said_of_itself(app: Flask, bob: Visitor) -> None:
    links = {"policy_uri": "https://rp.test/privacy", "tos_uri": "https://rp.test/terms"}
    stand = bob.send(new_party(app, **links), login_hint=bob.email)
    for link in links.values():
        assert f'href="{link}"' in stand.page.text
    assert f'value="{bob.email}"' in stand.page.text


def test_the_consent_page_shows_what_the_application_said_of_itself(app: Flask, anna: Visitor) -> None:
    links = {"policy_uri": "https://rp.test/privacy", "tos_uri": "https://rp.test/terms"}
    plain, wordy = (new_party(app, first_party=False, **more) for more in ({}, links))
    assert 'id="client-policy"' not in anna.send(plain).page.text
    text = anna.send(wordy).page.text
    assert 'id="client-policy" href="https://rp.test/privacy"' in text
    assert 'id="client-tos" href="https://rp.test/terms"' in text


def test_the_language_that_was_asked_for_lasts_from_page_to_page(stranger_party: Party, bob: Visitor) -> None:
    stand = bob.send(stranger_party, ui_locales="fr-CA de en")
    assert '<html lang="de">' in stand.page.text
    stand = bob.sign_in(stand)
    assert stand.shows("consent-page")
    assert '<html lang="de">' in stand.page.text
    assert went_to(stand.press("consent-allow")) == stranger_party.callback


def test_a_language_that_is_none_is_left_out(party: Party, bob: Visitor) -> None:
    for odd in ("de\r\nX: y", "<b>", "x" * 500, " ", "de;en", "\N{SNOWMAN}"):
        stand = bob.send(party, ui_locales=odd)
        assert stand.shows("login-page"), odd
        assert next_of(stand).endswith(urlsplit(next_of(stand)).path), odd
