"""Signing out by forms: of other sites, and the one that asks (O1, O2)."""

from urllib.parse import parse_qsl, urlsplit

from flask import Flask

from authserver.oidc.vocabulary import FORM
from tests.conformance.person import forms_in
from tests.front_channel.leaving import ENDPOINT, asks, ending, led_back, refused
from tests.front_channel.party import Party
from tests.front_channel.visit import CROSS_SITE, Visitor, visitor
from tests.support.browser import Browser
from tests.support.people import Post, member, stranger


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
