"""A person who is sent here to sign in: by a link or a form, with what the application said of them."""

import html
import re

import pytest
from flask import Flask

from authserver.oidc.store.interactions import LIFETIME
from tests.conformance.person import forms_in
from tests.front_channel.party import Party, Tokens, new_party
from tests.front_channel.visit import Visitor, answer, visitor, went_to
from tests.support.people import OTHER_PASSWORD, Person, Post, later, member, stranger

HANDLE = re.compile(r"/connect/authorize/[A-Za-z0-9_-]{43}")


@pytest.fixture
def bob(app: Flask, post: Post) -> Visitor:
    """Somebody with an account who is not signed in in this browser."""
    known = member(app, post)
    return visitor(Person(app, stranger(app), known.email))


def value_of(page_text: str, identity: str) -> str:
    """Return what stands in a field."""
    found = re.search(rf'<input[^>]*id="{identity}"[^>]*>', page_text)
    assert found
    value = re.search(r'value="([^"]*)"', found[0])
    return value[1] if value else ""


def test_somebody_signs_in_and_is_back_at_the_application_with_a_code(party: Party, bob: Visitor) -> None:
    stand = bob.send(party)
    assert stand.shows("login-page")
    assert '<strong id="client-name">Toolbox</strong>' in stand.page.text
    stand = bob.sign_in(stand)
    said = answer(stand)
    assert went_to(stand) == party.callback
    assert said.keys() == {"code", "state", "iss"}
    assert (said["state"], said["iss"]) == ("state-of-the-party", party.app.config["ISSUER"])
    claims = Tokens.of(party.redeem(said["code"])).claims
    assert claims["aud"] == party.client_id
    assert bob.signed_in


def test_whoever_is_signed_in_sees_no_page(party: Party, anna: Visitor) -> None:
    page = anna.browser.open(party.request())
    assert page.status == 303
    assert page.location.startswith(f"{party.callback}?code=")


def test_a_code_is_new_each_time_and_tells_nothing(party: Party, anna: Visitor) -> None:
    codes = {anna.code(party) for _ in range(5)}
    assert len(codes) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", code) for code in codes)


def test_a_wrong_password_leaves_the_way_back_as_it_was(party: Party, bob: Visitor) -> None:
    stand = bob.sign_in(bob.send(party), "not the password of anybody")
    assert stand.page.status == 401
    assert "Toolbox" in stand.page.text
    assert answer(bob.sign_in(stand))["code"]


def test_somebody_who_forgot_the_password_finds_the_way_back(party: Party, bob: Visitor, post: Post) -> None:
    stand = bob.send(party)
    (link,) = re.findall(r'href="(/password/forgot\?next=[^"]+)"', stand.page.text)
    sent = bob.browser.go(link, "/password/forgot", email=bob.email)
    assert HANDLE.search(sent.text)
    assert bob.browser.submit(post.link(bob.email), new_password=OTHER_PASSWORD).status == 200
    # The letter's page has only a link to sign in; this browser remembers where it was going.
    assert answer(bob.sign_in(bob.open("/login"), OTHER_PASSWORD))["code"]


def test_cancel_leads_back_and_signs_nobody_in(party: Party, bob: Visitor) -> None:
    stand = bob.send(party)
    (link,) = re.findall(r'id="login-cancel"[^>]*href="([^"]+)"', stand.page.text)
    said = answer(bob.open(link))
    assert said.keys() == {"error", "error_description", "state", "iss"}
    assert (said["error"], said["state"]) == ("access_denied", "state-of-the-party")
    assert not bob.signed_in
    assert bob.browser.line.cookie("session") is None


def test_cancel_answers_by_a_form_where_that_was_asked_for(party: Party, bob: Visitor) -> None:
    stand = bob.send(party, response_mode="form_post")
    (link,) = re.findall(r'id="login-cancel"[^>]*href="([^"]+)"', stand.page.text)
    assert answer(bob.open(link))["error"] == "access_denied"


def test_the_application_may_say_who_is_expected(party: Party, bob: Visitor) -> None:
    stand = bob.send(party, login_hint=bob.email)
    assert value_of(stand.page.text, "username") == bob.email
    assert value_of(stand.page.text, "password") == ""
    assert value_of(bob.send(party).page.text, "username") == ""
    assert value_of(bob.send(party, login_hint="x" * 300).page.text, "username") == ""


def test_who_is_expected_is_never_trusted(party: Party, bob: Visitor, anna: Visitor) -> None:
    stand = bob.sign_in(bob.send(party, login_hint=anna.email))
    tokens = Tokens.of(party.redeem(answer(stand)["code"]))
    assert tokens.claims["sub"] != anna.tokens(party).claims["sub"]


@pytest.mark.parametrize(
    ("wish", "language"),
    [("de", "de"), ("de-CH en", "de"), ("fr de", "de"), ("en de", "en"), ("xx", "en"), ("<b>", "en")],
)
def test_the_page_speaks_the_language_that_the_application_asks_for(
    party: Party, bob: Visitor, wish: str, language: str
) -> None:
    stand = bob.send(party, ui_locales=wish)
    assert f'<html lang="{language}">' in stand.page.text
    # It stays so through a mistake.
    assert f'<html lang="{language}">' in bob.sign_in(stand, "not the password").page.text
    assert answer(bob.sign_in(bob.send(party, ui_locales=wish)))["code"]


def test_a_request_that_waited_too_long_is_over(party: Party, bob: Visitor) -> None:
    stand = bob.send(party)
    path = HANDLE.findall(stand.page.text)[0]
    with later(LIFETIME - 60):
        assert bob.open(path).shows("login-page")
    with later(LIFETIME + 60):
        for late in (
            bob.open(path),
            bob.open(f"{path}/cancel"),
            bob.open(f"/consent?interaction={path[-43:]}"),
        ):
            assert (late.page.status, late.left_to) == (400, "")
            assert late.shows("error-page")
            assert late.shows("request-id")
        # Whoever signs in too late is signed in, and hears that the application has to begin anew.
        stand = bob.sign_in(bob.open(f"/login?next={path}"))
        assert (stand.page.status, stand.left_to) == (400, "")
        assert bob.signed_in


def test_unknown_parameters_are_left_alone_and_survive_the_sign_in(party: Party, bob: Visitor) -> None:
    more = {"x-client-SKU": "ID_NET8_0", "x-client-ver": "8.0.0", "display": "popup", "acr_values": "gold"}
    assert answer(bob.sign_in(bob.send(party, **more)))["code"]


def test_other_sites_forms_go_on_by_a_redirect_to_the_endpoint_itself(party: Party, anna: Visitor) -> None:
    page = anna.send_by_post(party)
    assert page.status == 303
    assert HANDLE.fullmatch(page.location)
    assert "Set-Cookie" not in page.headers
    # The browser follows with its cookies: the person is signed in.
    assert answer(anna.open(page.location))["code"]


def test_what_came_by_a_form_belongs_to_the_first_browser_that_comes_for_it(
    app: Flask, party: Party, anna: Visitor, bob: Visitor
) -> None:
    path = bob.send_by_post(party).location
    stand = bob.open(path)
    assert stand.shows("login-page")
    assert bob.browser.line.cookie("browser")
    for other in (anna, Visitor(app, stranger(app), anna.email)):
        late = other.open(path)
        assert (late.page.status, late.left_to) == (400, "")
    assert answer(bob.sign_in(stand))["code"]


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_a_form_of_another_site_and_a_link_lead_to_the_same(party: Party, bob: Visitor, mode: str) -> None:
    stand = bob.open(bob.send_by_post(party, response_mode=mode, ui_locales="de").location)
    assert '<html lang="de">' in stand.page.text
    assert answer(bob.sign_in(stand)).keys() == {"code", "state", "iss"}


def test_the_answer_by_form_has_what_the_application_needs_and_no_more(party: Party, anna: Visitor) -> None:
    stand = anna.send(party, response_mode="form_post")
    (form,) = [each for each in forms_in(stand.page) if each.identity == "form-post"]
    assert (form.action, form.method) == (party.callback, "post")
    assert "form-post-submit" in form.buttons
    assert [name for name, _ in form.hidden] == ["code", "state", "iss"]
    assert party.redeem(answer(stand)["code"]).status == 200


def test_a_native_application_may_listen_at_any_port_of_its_loopback_address(
    app: Flask, bob: Visitor
) -> None:
    native = new_party(app, "Native", auth_method="none", origin="http://127.0.0.1")
    address = "http://127.0.0.1:49152/cb"
    stand = bob.send(native, redirect_uri=address)
    stand = bob.sign_in(stand)
    assert went_to(stand) == address
    for elsewhere in ("http://localhost:49152/cb", "http://127.0.0.1:49152/cb/", "http://127.0.0.2:49152/cb"):
        assert bob.send(native, redirect_uri=elsewhere).page.status == 400


def test_the_way_may_end_at_a_scheme_of_an_application_of_its_own(app: Flask, bob: Visitor) -> None:
    native = new_party(app, "Phone", auth_method="none", redirect_uris=("com.example.app:/cb",))
    stand = bob.sign_in(bob.send(native, redirect_uri="com.example.app:/cb"))
    assert stand.left_to.startswith("com.example.app:/cb?code=")
    # A browser that does not go by itself shows where to.
    (link,) = re.findall(r'id="on-the-way-continue" class="button main" href="([^"]+)"', stand.page.text)
    assert html.unescape(link) == stand.left_to


def test_who_is_signed_in_is_sent_on_without_a_page(party: Party, anna: Visitor) -> None:
    assert anna.send(party).page.status == 303


def test_the_state_of_an_application_can_not_break_out_of_the_page(party: Party, bob: Visitor) -> None:
    state = "\"><script>alert(1)</script>;url=https://evil.test'"
    stand = bob.sign_in(bob.send(party, state=state))
    assert answer(stand)["state"] == state
    assert went_to(stand) == party.callback
    assert "<script>alert" not in stand.page.text
