"""Signing out on behalf of an application: at once, after a question, or not at all (O1-O6)."""

import base64
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.clients import application_registration
from authserver.oidc.vocabulary import FORM
from authserver.web.unit_of_work import UnitOfWork
from tests.conformance.person import Stand, form_action_of, forms_in
from tests.front_channel.party import Party, new_party, to_be_told
from tests.front_channel.visit import CROSS_SITE, Visitor, answer, visitor, went_to
from tests.support.application import trail
from tests.support.browser import Browser
from tests.support.people import Person, Post, later, member, newcomer, stranger

ENDPOINT = "/connect/endsession"


def ending(party: Party, hint: str = "", **more: str | None) -> str:
    """Return the address by which an application signs somebody out; what is None is left out."""
    usual: dict[str, str | None] = {
        "id_token_hint": hint,
        "post_logout_redirect_uri": party.logged_out,
        "state": "state-of-the-party",
    }
    given = {name: value for name, value in (usual | more).items() if value is not None}
    return f"{ENDPOINT}?{urlencode(given)}"


def led_back(stand: Stand, party: Party) -> str:
    """Return the state that came to the application's own page; fails while the person is still here."""
    assert stand.left_to, stand.seen
    assert went_to(stand) == party.logged_out
    said = dict(parse_qsl(urlsplit(stand.left_to).query, keep_blank_values=True))
    assert said.keys() <= {"state"}
    return said.get("state", "")


def asks(stand: Stand, who: Visitor) -> bool:
    """Return whether the person is asked, and signed in as before."""
    assert stand.shows("logout-page"), stand.seen
    return who.signed_in


def refused(stand: Stand, who: Visitor) -> bool:
    """Return whether an error is told on a page, and nothing else happened."""
    assert (stand.page.status, stand.left_to) == (400, "")
    assert stand.shows("error-page")
    assert "Logout error" in stand.page.text
    assert '<code id="error-code">invalid_request</code>' in stand.page.text
    return who.signed_in


@pytest.fixture
def hint(party: Party, anna: Visitor) -> str:
    """The ID token of a person whose session is here."""
    return anna.tokens(party).identity


@pytest.fixture
def old_hint(party: Party, anna: Visitor) -> str:
    """The ID token of a session that is over, while its person has signed in anew."""
    token = anna.tokens(party).identity
    anna.browser.submit("/logout")
    anna.sign_in(anna.open("/login"))
    assert anna.signed_in
    return token


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


def test_another_sites_form_changes_nothing_and_goes_on_by_a_redirect(
    party: Party, anna: Visitor, hint: str
) -> None:
    wanted = dict(parse_qsl(urlsplit(ending(party, hint, ui_locales="de")).query))
    page = Browser(anna.app_line()).post(ENDPOINT, CROSS_SITE, **wanted, x="y", csrf_token="made up")
    assert page.status == 303
    assert "Set-Cookie" not in page.headers
    path, _, query = page.location.partition("?")
    assert (path, dict(parse_qsl(query))) == (ENDPOINT, wanted)
    assert anna.signed_in
    # The browser follows, and brings its cookies along.
    assert led_back(anna.open(page.location), party) == "state-of-the-party"
    assert not anna.signed_in


def test_a_form_that_comes_with_cookies_changes_nothing_either(
    party: Party, anna: Visitor, hint: str
) -> None:
    page = anna.browser.post(ENDPOINT, CROSS_SITE, id_token_hint=hint)
    assert page.status == 303
    assert anna.signed_in
    assert anna.open(page.location).shows("logged-out")


def test_an_empty_form_asks(anna: Visitor) -> None:
    sent = anna.app.test_client().post(ENDPOINT, data=b"", content_type=FORM)
    assert (sent.status_code, sent.headers["Location"]) == (303, ENDPOINT)
    assert asks(anna.open(ENDPOINT), anna)


def test_what_is_no_form_is_told_on_a_page(app: Flask, anna: Visitor, hint: str) -> None:
    bodies = [
        (f"id_token_hint={hint}", "application/json"),
        (f"id_token_hint={hint}", "text/plain"),
        ("id_token_hint=%ff", FORM),
        ("a=b&" * 300, FORM),
    ]
    for body, kind in bodies:
        sent = app.test_client().post(ENDPOINT, data=body, content_type=kind)
        assert sent.status_code == 400, body
        assert "Logout error" in sent.get_data(as_text=True)
    assert anna.signed_in


def test_a_yes_that_the_persons_browser_did_not_send_signs_nobody_out(
    app: Flask, post: Post, party: Party, anna: Visitor, old_hint: str
) -> None:
    shown = dict(forms_in(anna.open(ending(party, old_hint)).page)[-1].hidden)
    bobs = visitor(member(app, post)).open(ENDPOINT).page
    bare = {name: value for name, value in shown.items() if name != "csrf_token"}
    confirm = f"{ENDPOINT}/confirm"
    attempts = [
        anna.browser.post(confirm, None, **bare),
        anna.browser.post(confirm, None, **bare, csrf_token="made up"),
        anna.browser.post(confirm, None, **bare, csrf_token=bobs.hidden["csrf_token"]),
        anna.browser.post(confirm, CROSS_SITE, **shown),
        anna.browser.post(confirm, {"Sec-Fetch-Site": "same-site"}, **shown),
    ]
    assert [each.status for each in attempts] == [403] * 5
    assert anna.browser.open(confirm).status == 405
    assert anna.signed_in


def test_what_the_form_carries_is_checked_again(party: Party, anna: Visitor, old_hint: str) -> None:
    shown = dict(forms_in(anna.open(ending(party, old_hint)).page)[-1].hidden)
    assert shown.keys() == {"csrf_token", "id_token_hint", "post_logout_redirect_uri", "state"}
    confirm = f"{ENDPOINT}/confirm"
    forged = shown | {"post_logout_redirect_uri": "https://evil.test/bye"}
    assert refused(anna.at(anna.browser.post(confirm, None, **forged)), anna)
    assert refused(anna.at(anna.browser.post(confirm, None, **shown, more="\x00")), anna)
    # Without a hint, there is nobody whom an address could belong to.
    blank = shown | {"id_token_hint": ""}
    assert anna.at(anna.browser.post(confirm, None, **blank)).shows("logged-out")
    assert not anna.signed_in


def test_a_yes_that_comes_when_the_session_is_over_is_answered_the_same(
    party: Party, anna: Visitor, old_hint: str
) -> None:
    stand = anna.open(ending(party, old_hint))
    elsewhere = Visitor(anna.app, stranger(anna.app), anna.email)
    elsewhere.sign_in(elsewhere.open("/login"))
    elsewhere.browser.submit("/account/sessions", "/account/sessions/end-others")
    assert led_back(stand.press("logout-confirm"), party) == "state-of-the-party"
    assert not anna.signed_in
    assert elsewhere.signed_in


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
