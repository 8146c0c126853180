"""How an application wants the person to be met: at once, anew, silently, somebody in particular (A11)."""

import pytest
import time_machine
from flask import Flask

from tests.front_channel.party import Party, Tokens, new_party, to_be_told
from tests.front_channel.visit import Visitor, answer, visitor
from tests.support.people import Post, later, member, stranger

PAGES = ("login", "select_account", "login consent", "select_account login")


def test_signing_in_once_more_keeps_the_session_under_a_new_handle_with_a_later_time(
    party: Party, anna: Visitor
) -> None:
    before = anna.tokens(party)
    handle = anna.browser.line.cookie("session")
    with later(60):
        stand = anna.send(party, prompt="login")
        assert stand.shows("login-page")
        after = Tokens.of(party.redeem(answer(anna.sign_in(stand))["code"]))
    assert after.claims["sid"] == before.claims["sid"]
    assert after.claims["sub"] == before.claims["sub"]
    assert after.claims["auth_time"] > before.claims["auth_time"] + 50
    assert anna.browser.line.cookie("session") != handle
    old = Visitor(anna.app, stranger(anna.app), anna.email)
    old.browser.line.set_cookie("session", handle or "")
    assert not old.signed_in


def test_signing_in_once_more_ends_nothing_that_others_hold(app: Flask, party: Party, anna: Visitor) -> None:
    other = new_party(app, "Listening", backchannel_logout_uri="https://listening.test/logout")
    held = [anna.tokens(other), anna.tokens(other, scope="openid offline_access"), anna.tokens(party)]
    anna.through(anna.send(party, prompt="login"))
    assert not [each for each in held[:2] if other.dead(each)]
    assert not party.dead(held[2])
    assert to_be_told(app) == []


@pytest.mark.parametrize("prompt", PAGES)
def test_who_asks_for_a_new_sign_in_gets_one_each_time(party: Party, anna: Visitor, prompt: str) -> None:
    for _ in range(2):
        stand = anna.send(party, prompt=prompt)
        assert stand.shows("login-page")
        # The name of who is signed in stands there already; the password does not.
        assert f'value="{anna.email}"' in stand.page.text
        stand = anna.sign_in(stand)
        assert stand.shows("consent-page") is ("consent" in prompt)
        assert answer(anna.through(stand))["code"]


def test_a_sign_in_of_before_the_request_does_not_count_for_it(party: Party, anna: Visitor) -> None:
    stand = anna.send(party, prompt="login")
    path = stand.page.path
    for _ in range(2):
        assert anna.open(path).shows("login-page")
        assert anna.send(party, prompt="login").shows("login-page")


def test_cancel_at_a_further_sign_in_leaves_the_session_as_it_was(party: Party, anna: Visitor) -> None:
    before = anna.tokens(party)
    path = anna.send(party, prompt="login").page.text.partition('id="login-cancel"')[2]
    said = answer(anna.open(path.partition('href="')[2].partition('"')[0]))
    assert said["error"] == "access_denied"
    assert anna.signed_in
    assert not party.dead(before)
    assert anna.tokens(party).claims["auth_time"] == before.claims["auth_time"]


def test_silence_shows_no_page_whatever_is_missing(app: Flask, party: Party, anna: Visitor) -> None:
    nobody = Visitor(app, stranger(app), "")
    third = new_party(app, "Analytics", first_party=False)
    asked = [
        (nobody, party, {}, "login_required"),
        (nobody, third, {}, "login_required"),
        (anna, party, {"max_age": "0"}, "login_required"),
        (anna, third, {}, "consent_required"),
        (anna, party, {"claims": '{"id_token": {"sub": {"value": "somebody else"}}}'}, "login_required"),
    ]
    for who, by, more, code in asked:
        for mode in ("query", "form_post"):
            said = answer(who.send(by, prompt="none", response_mode=mode, **more))
            assert (said["error"], said["state"]) == (code, "state-of-the-party")
    assert nobody.browser.line.cookie("browser") is None


def test_silence_renews_what_is_known(party: Party, anna: Visitor) -> None:
    loud = anna.tokens(party)
    with later(120):
        silent = anna.tokens(party, prompt="none")
    for name in ("sub", "sid", "auth_time"):
        assert silent.claims[name] == loud.claims[name]


def test_an_old_sign_in_is_not_good_enough_for_who_wants_a_fresh_one(party: Party, anna: Visitor) -> None:
    with later(100):
        assert answer(anna.send(party, max_age="1000"))["code"]
        assert anna.send(party, max_age="50").shows("login-page")
        assert answer(anna.send(party, max_age="50", prompt="none"))["error"] == "login_required"
        tokens = Tokens.of(party.redeem(answer(anna.sign_in(anna.send(party, max_age="50")))["code"]))
        assert answer(anna.send(party, max_age="50", prompt="none"))["code"]
    assert tokens.claims["auth_time"] > tokens.claims["iat"] - 50


def test_a_request_that_names_somebody_is_answered_about_nobody_else(
    app: Flask, post: Post, party: Party, anna: Visitor
) -> None:
    hers = anna.tokens(party)
    bob = visitor(member(app, post))
    assert answer(anna.send(party, id_token_hint=hers.identity, prompt="none"))["code"]
    assert answer(bob.send(party, id_token_hint=hers.identity, prompt="none"))["error"] == "login_required"
    stand = bob.send(party, id_token_hint=hers.identity)
    assert stand.shows("login-page")
    # He signs in as himself: that is not whom the application asked for.
    assert answer(bob.sign_in(stand))["error"] == "login_required"
    stand = bob.send(party, id_token_hint=hers.identity)
    tokens = Tokens.of(party.redeem(answer(Visitor(app, bob.browser, anna.email).sign_in(stand))["code"]))
    assert tokens.claims["sub"] == hers.claims["sub"]


def test_a_hint_that_expired_names_the_person_still_and_others_tokens_do_not(
    app: Flask, party: Party, anna: Visitor
) -> None:
    hers = anna.tokens(party, scope="openid offline_access")
    with later(3500):
        anna.browser.open("/account")
    with later(3700):
        assert answer(anna.send(party, id_token_hint=hers.identity, prompt="none"))["code"]
    for wrong in (
        hers.access,
        hers.refresh,
        hers.identity[:-4] + "AAAA",
        hers.identity.rpartition(".")[0] + ".",
    ):
        assert answer(anna.send(party, id_token_hint=wrong))["error"] == "invalid_request"


def test_the_hint_itself_is_not_kept(app: Flask, party: Party, anna: Visitor) -> None:
    hers = anna.tokens(party)
    stand = Visitor(app, stranger(app), "").send(party, id_token_hint=hers.identity)
    assert hers.identity not in stand.page.text
    assert stand.shows("login-page")


def test_a_sign_in_without_full_rights_is_none(app: Flask, post: Post, party: Party) -> None:
    newcomer = stranger(app)
    newcomer.register("half@example.com")
    newcomer.sign_in("half@example.com", post.password("half@example.com"))
    half = Visitor(app, newcomer, "half@example.com")
    assert answer(half.send(party, prompt="none"))["error"] == "login_required"


@pytest.mark.parametrize("frozen", [0.0, 0.999])
def test_a_sign_in_in_the_very_second_of_the_request_counts(
    party: Party, anna: Visitor, frozen: float
) -> None:
    with time_machine.travel(int(__import__("time").time()) + frozen, tick=False):
        stand = anna.send(party, prompt="login")
        assert stand.shows("login-page")
        assert answer(anna.sign_in(stand))["code"]


def test_an_acr_that_nobody_has_is_refused_only_when_it_is_essential(party: Party, anna: Visitor) -> None:
    gold = '{"id_token": {"acr": {"value": "gold"%s}}}'
    assert answer(anna.send(party, claims=gold % ""))["code"]
    said = answer(anna.send(party, claims=gold % ', "essential": true'))
    assert said["error"] == "unmet_authentication_requirements"
    assert anna.tokens(party, acr_values="gold silver").claims["acr"] == "pwd"
