"""Signing out on behalf of an application: at once, after a question, or not at all (O1-O6)."""

import base64

import pytest
from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.clients import application_registration
from authserver.web.unit_of_work import UnitOfWork
from tests.conformance.person import form_action_of, forms_in
from tests.front_channel.leaving import ENDPOINT, asks, ending, led_back, refused
from tests.front_channel.party import Party, new_party, to_be_told
from tests.front_channel.visit import CROSS_SITE, Visitor, answer, visitor
from tests.support.application import trail
from tests.support.browser import Browser
from tests.support.people import Person, Post, later, member, newcomer, stranger


def test_the_hint_of_the_session_that_is_here_ends_it_at_once(party: Party, anna: Visitor, hint: str) -> None:
    page = anna.browser.open(ending(party, hint))
    assert page.status == 303
    assert page.headers["Cache-Control"] == "no-store"
    assert page.location == f"{party.logged_out}?state=state-of-the-party"
    assert anna.browser.line.cookie("session") is None
    assert not anna.signed_in
    assert [event.action for event in trail(party.app)].count("session.ended") == 1
    assert answer(anna.send(party, prompt="none"))["error"] == "login_required"


def test_a_session_that_ended_is_of_no_use_to_who_copied_its_cookie(
    party: Party, anna: Visitor, hint: str
) -> None:
    thief = Visitor(anna.app, stranger(anna.app), anna.email)
    thief.browser.line.set_cookie("session", anna.browser.line.cookie("session") or "")
    assert thief.signed_in
    anna.open(ending(party, hint))
    assert not thief.signed_in


def test_a_hint_that_expired_is_as_good(party: Party, anna: Visitor, hint: str) -> None:
    with later(3500):
        anna.browser.open("/account")
    with later(3700):
        assert led_back(anna.open(ending(party, hint)), party) == "state-of-the-party"


def test_signing_in_once_more_leaves_the_hint_as_good_as_it_was(
    party: Party, anna: Visitor, hint: str
) -> None:
    anna.through(anna.send(party, prompt="login"))
    assert led_back(anna.open(ending(party, hint)), party) == "state-of-the-party"
    assert not anna.signed_in


def test_whoever_opens_the_address_again_is_led_back_again(party: Party, anna: Visitor, hint: str) -> None:
    for _ in range(2):
        assert led_back(anna.open(ending(party, hint)), party) == "state-of-the-party"


def test_without_an_address_the_person_stays_here(party: Party, anna: Visitor, hint: str) -> None:
    stand = anna.open(ending(party, hint, post_logout_redirect_uri=None))
    assert stand.shows("logged-out")
    assert not anna.signed_in


STATES = (
    "\N{SNOWMAN}\U0001f600 grüße",
    "%2541 %25 + &amp; a=b&c=d#e;f",
    "\"'<script>alert(1)</script>",
    "line\r\nSet-Cookie: a=b\r\n\r\n<html>",
    " spaces around ",
    base64.b64encode(bytes(range(256))).decode(),
)


def test_the_state_comes_back_byte_for_byte(app: Flask, post: Post, party: Party) -> None:
    bob = visitor(member(app, post))
    for state in STATES:
        stand = bob.open(ending(party, bob.tokens(party).identity, state=state))
        assert led_back(stand, party) == state
        assert "\n" not in stand.page.location
        bob.sign_in(bob.open("/login"))


def test_the_state_comes_back_byte_for_byte_after_the_question_too(
    app: Flask, post: Post, party: Party, hint: str
) -> None:
    bob = visitor(member(app, post))
    for state in STATES:
        assert led_back(bob.open(ending(party, hint, state=state)).press("logout-confirm"), party) == state
        bob.sign_in(bob.open("/login"))


def test_a_link_alone_signs_nobody_out(party: Party, anna: Visitor) -> None:
    for link in (
        ENDPOINT,
        ending(party),
        ending(party, client_id=party.client_id),
        ending(party, "e30.e30."),
        ending(party, "x" * 20_000),
    ):
        stand = anna.open(link)
        assert asks(stand, anna), link
        assert anna.email in stand.page.text
        # Nobody said whose request this is, so nobody is named, and nowhere is led to.
        assert "Toolbox" not in stand.page.text
        assert form_action_of(stand.page) == ["'self'"]
    assert [event.action for event in trail(party.app)].count("session.ended") == 0


def test_who_is_asked_may_stay(party: Party, anna: Visitor, old_hint: str) -> None:
    stand = anna.open(ending(party, old_hint))
    assert 'id="logout-cancel" href="/"' in stand.page.text
    assert anna.open("/").page.status == 200
    assert anna.signed_in


def test_who_is_asked_without_a_hint_is_signed_out_here_and_led_nowhere(party: Party, anna: Visitor) -> None:
    stand = anna.open(ending(party)).press("logout-confirm")
    assert stand.shows("logged-out")
    assert not anna.signed_in


def test_an_old_hint_proves_nothing_about_the_session_that_is_here_now(
    party: Party, anna: Visitor, old_hint: str
) -> None:
    stand = anna.open(ending(party, old_hint))
    assert asks(stand, anna)
    assert "Toolbox asks to sign you out here" in stand.page.text
    assert form_action_of(stand.page) == ["'self'"]


def test_who_agrees_is_led_back_as_by_a_hint_of_the_session_itself(
    party: Party, anna: Visitor, old_hint: str
) -> None:
    stand = anna.open(ending(party, old_hint)).press("logout-confirm")
    assert led_back(stand, party) == "state-of-the-party"
    assert not anna.signed_in


def test_one_persons_hint_does_not_sign_another_one_out(
    app: Flask, post: Post, party: Party, anna: Visitor, hint: str
) -> None:
    bob = visitor(member(app, post))
    stand = bob.open(ending(party, hint))
    assert asks(stand, bob)
    # Whoever confirms ends the own session, and nobody else's.
    stand.press("logout-confirm")
    assert not bob.signed_in
    assert anna.signed_in


def test_the_hint_of_one_browser_does_not_sign_another_one_out(
    party: Party, anna: Visitor, hint: str
) -> None:
    elsewhere = Visitor(anna.app, stranger(anna.app), anna.email)
    elsewhere.sign_in(elsewhere.open("/login"))
    assert asks(elsewhere.open(ending(party, hint)), elsewhere)
    anna.open(ending(party, hint))
    assert elsewhere.signed_in


def test_other_tokens_are_no_hints(party: Party, anna: Visitor) -> None:
    tokens = anna.tokens(party, scope="openid offline_access")
    unsigned = tokens.identity.rpartition(".")[0] + "."
    for wrong in (tokens.access, tokens.refresh, unsigned, tokens.identity[:-4] + "AAAA"):
        assert asks(anna.open(ending(party, wrong)), anna)


def test_a_hint_of_one_application_is_of_no_use_to_another(app: Flask, anna: Visitor, hint: str) -> None:
    other = new_party(app, "Listening")
    stand = anna.open(ending(other, hint, client_id=other.client_id))
    assert asks(stand, anna)
    assert form_action_of(stand.page) == ["'self'"]
    # Nor is its address where the hint belongs to somebody else.
    assert refused(anna.open(ending(other, hint)), anna)


WRONG_ADDRESSES = (
    "https://evil.test/bye",
    "{bye}/more",
    "{bye}?a=b",
    "{bye}#a",
    "{bye}/",
    "{cb}",
    "javascript:alert(1)",
    "//evil.test/bye",
)


def test_nobody_is_led_to_an_address_that_is_not_registered(party: Party, anna: Visitor, hint: str) -> None:
    for wrong in WRONG_ADDRESSES:
        uri = wrong.format(bye=party.logged_out, cb=party.callback)
        stand = anna.open(ending(party, hint, post_logout_redirect_uri=uri))
        assert refused(stand, anna), uri
        assert "evil" not in stand.page.text


def test_what_can_not_be_read_is_told_on_a_page_and_ends_nothing(
    party: Party, anna: Visitor, hint: str
) -> None:
    for query in ("a=%ff", "a=%00", "&".join(["a=b"] * 300)):
        assert refused(anna.open(f"{ending(party, hint)}&{query}"), anna), query
    assert refused(anna.open(ending(party, hint, state="x" * 8193)), anna)


def test_the_session_survives_what_a_hint_twice_may_mean(party: Party, anna: Visitor, hint: str) -> None:
    assert asks(anna.open(f"{ending(party, hint)}&id_token_hint={hint}"), anna)


def test_who_is_not_signed_in_is_done_at_once(app: Flask, party: Party, hint: str) -> None:
    nobody = Visitor(app, stranger(app), "")
    assert nobody.open(ENDPOINT).shows("logged-out")
    assert nobody.open(ending(party)).shows("logged-out")
    assert led_back(nobody.open(ending(party, hint)), party) == "state-of-the-party"
    assert led_back(nobody.open(ending(party, hint, state=None)), party) == ""
    evil = nobody.open(ending(party, hint, post_logout_redirect_uri="https://evil.test/bye"))
    assert not refused(evil, nobody)


def test_who_has_yet_to_choose_a_password_can_be_signed_out(app: Flask, post: Post, party: Party) -> None:
    half = newcomer(app, post)
    stand = visitor(Person(app, half.browser, half.email)).open(ending(party)).press("logout-confirm")
    assert stand.shows("logged-out")
    assert half.browser.open("/password/choose").location.startswith("/login")


def changed(party: Party, what: str) -> None:
    """Let something happen to an application."""
    with UnitOfWork(party.app):
        if what == "disabled":
            application_registration.set_disabled(party.client_id, SYSTEM, disabled=True)
        elif what == "deleted":
            application_registration.delete(party.client_id, SYSTEM)
        else:
            elsewhere = ("https://moved.test/bye",)
            application_registration.update(party.client_id, SYSTEM, post_logout_redirect_uris=elsewhere)


@pytest.mark.parametrize("what", ["disabled", "deleted"])
def test_an_application_that_is_gone_signs_nobody_out(
    party: Party, anna: Visitor, hint: str, what: str
) -> None:
    changed(party, what)
    stand = anna.open(ending(party, hint))
    assert asks(stand, anna)
    assert "Toolbox" not in stand.page.text
    assert stand.press("logout-confirm").shows("logged-out")


@pytest.mark.parametrize(("what", "status"), [("disabled", 303), ("deleted", 303), ("moved", 400)])
def test_what_changed_while_the_person_was_asked_counts(
    party: Party, anna: Visitor, old_hint: str, what: str, status: int
) -> None:
    asked = anna.open(ending(party, old_hint)).page
    changed(party, what)
    page = anna.browser.post(f"{ENDPOINT}/confirm", None, **dict(forms_in(asked)[-1].hidden))
    assert (page.status, page.location) == (status, "/logged-out" if status == 303 else "")
    assert anna.signed_in is (status == 400)


@pytest.mark.parametrize("confirmed", [False, True])
def test_everybody_who_knows_of_the_session_is_told_once_and_nobody_else(
    app: Flask, post: Post, anna: Visitor, *, confirmed: bool
) -> None:
    uri = "https://listening.test/logout"
    one, other = (new_party(app, name, backchannel_logout_uri=uri) for name in ("One", "Other"))
    unaware, quiet = new_party(app, "Unaware", backchannel_logout_uri=uri), new_party(app, "Quiet")
    hint = anna.tokens(one).identity
    for party in (one, other, quiet):
        anna.tokens(party)
    visitor(member(app, post)).tokens(unaware)
    if confirmed:
        anna.open(ENDPOINT).press("logout-confirm")
    else:
        anna.open(ending(one, hint))
        anna.open(ending(one, hint))
    assert to_be_told(app) == sorted([one.client_id, other.client_id])


def test_what_was_given_in_the_session_ends_with_it_and_what_outlives_it_stays(
    app: Flask, party: Party, anna: Visitor
) -> None:
    public = new_party(app, "Browser application", auth_method="none")
    held, renewable = anna.tokens(party), anna.tokens(public)
    offline, code = anna.tokens(party, scope="openid offline_access"), anna.code(party)
    anna.open(ending(party, held.identity))
    assert party.dead(held)
    assert public.userinfo(renewable.access).status == 401
    assert public.refresh(renewable.refresh).refused("invalid_grant")
    assert party.redeem(code).refused("invalid_grant")
    assert not party.dead(offline)
    assert party.refresh(offline.refresh).status == 200


def test_it_is_over_on_every_instance_at_once(
    twins: tuple[Flask, Flask], both: tuple[Party, Visitor]
) -> None:
    party, anna = both
    held = anna.tokens(party)
    anna.open(ending(party, held.identity))
    assert party.dead(held, twins[1])
    anna.browser.line.move(twins[1])
    assert not anna.signed_in


def test_the_page_speaks_the_language_that_the_application_asked_for(
    party: Party, anna: Visitor, old_hint: str
) -> None:
    stand = anna.open(ending(party, old_hint, ui_locales="de"))
    assert '<html lang="de">' in stand.page.text
    posted = Browser(anna.app_line()).post(ENDPOINT, CROSS_SITE, ui_locales="de")
    assert '<html lang="de">' in anna.open(posted.location).page.text
