"""Somebody new is sent here by an application: registers, gets a letter, chooses a password, goes back."""

import re

import pytest
from flask import Flask

from authserver.oidc.store.interactions import LIFETIME
from tests.conformance.person import Stand
from tests.front_channel.party import Party, Tokens, live_grants
from tests.front_channel.visit import Visitor, answer, went_to
from tests.support.people import PASSWORD, Post, later, stranger

EMAIL = "new@example.com"


@pytest.fixture
def carla(app: Flask) -> Visitor:
    """Somebody who was never here."""
    return Visitor(app, stranger(app), EMAIL)


def register(carla: Visitor, stand: Stand) -> Stand:
    """Follow the link on the sign-in page and register."""
    (link,) = re.findall(r'href="(/register\?next=[^"]+)"', stand.page.text)
    stand = carla.open(link)
    assert '<strong id="client-name">Toolbox</strong>' in stand.page.text
    return stand.press("register-submit", email=carla.email)


def choose(stand: Stand) -> Stand:
    """Choose a password on the page that asks for it, and nothing else to do there."""
    assert stand.shows("password-page"), stand.seen
    return stand.press("password-submit", new_password=PASSWORD)


def test_registration_survives_until_the_person_is_back_at_the_application(
    party: Party, carla: Visitor, post: Post
) -> None:
    sent = register(carla, carla.send(party, response_mode="form_post"))
    assert sent.shows("register-sent")
    (link,) = re.findall(r'class="button main" href="(/login\?next=[^"]+)"', sent.page.text)
    stand = carla.sign_in(carla.open(link), post.password(EMAIL))
    said = answer(choose(stand))
    assert said["state"] == "state-of-the-party"
    tokens = Tokens.of(party.redeem(said["code"]))
    assert party.userinfo(tokens.access).body["sub"] == tokens.claims["sub"]


def test_whoever_comes_back_by_the_letter_alone_is_led_on_as_well(
    party: Party, carla: Visitor, post: Post
) -> None:
    register(carla, carla.send(party))
    # The letter has a link to the sign-in page and knows of no application; the browser does.
    stand = choose(carla.sign_in(carla.open("/login"), post.password(EMAIL)))
    assert went_to(stand) == party.callback
    assert answer(stand)["code"]


def test_in_another_browser_the_account_begins_without_the_application(
    app: Flask, party: Party, carla: Visitor, post: Post
) -> None:
    register(carla, carla.send(party))
    elsewhere = Visitor(app, stranger(app), EMAIL)
    stand = choose(elsewhere.sign_in(elsewhere.open("/login"), post.password(EMAIL)))
    assert (stand.left_to, stand.page.status) == ("", 200)
    assert elsewhere.signed_in
    # And where it began, it goes on with the chosen password.
    assert answer(carla.sign_in(carla.open("/login")))["code"]


def test_nobody_gets_a_code_before_the_password_is_chosen(party: Party, carla: Visitor, post: Post) -> None:
    register(carla, carla.send(party, prompt="consent"))
    carla.sign_in(carla.open("/login"), post.password(EMAIL))
    path = re.findall(r"/connect/authorize/[\w-]{43}", carla.send(party).page.text)
    for address in (party.request(), *path):
        assert carla.open(address).shows("password-page")
    said = answer(carla.send(party, prompt="none"))
    assert said["error"] == "login_required"
    assert live_grants(party.app) == []


def test_choosing_a_password_is_a_sign_in_as_fresh_as_a_request_may_ask_for(
    party: Party, carla: Visitor, post: Post
) -> None:
    register(carla, carla.send(party, prompt="login", max_age="0"))
    stand = choose(carla.sign_in(carla.open("/login"), post.password(EMAIL)))
    assert answer(stand)["code"]


def test_a_newcomer_is_asked_for_consent_where_that_is_due(
    stranger_party: Party, carla: Visitor, post: Post
) -> None:
    stand = carla.send(stranger_party)
    (link,) = re.findall(r'href="(/register\?next=[^"]+)"', stand.page.text)
    carla.open(link).press("register-submit", email=EMAIL)
    stand = choose(carla.sign_in(carla.open("/login"), post.password(EMAIL)))
    assert stand.shows("consent-page")
    assert answer(stand.press("consent-allow"))["code"]


def test_a_letter_that_is_opened_late_still_opens_the_account(
    party: Party, carla: Visitor, post: Post
) -> None:
    register(carla, carla.send(party))
    password = post.password(EMAIL)
    with later(LIFETIME + 60):
        stand = choose(carla.sign_in(carla.open("/login"), password))
        assert (stand.page.status, stand.left_to) == (200, "")
        assert carla.signed_in
        assert answer(carla.send(party))["code"]
