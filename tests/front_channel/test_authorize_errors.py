"""What is wrong with a request, and who is told: the application, or the person (A1, A4, A7-A10)."""

import base64
from collections.abc import Callable
from urllib.parse import quote

import pytest
from flask import Flask
from requests.structures import CaseInsensitiveDict

from authserver.audit.log import SYSTEM
from authserver.clients import application_registration
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.party import Party, Tokens
from tests.front_channel.visit import Visitor, answer, went_to
from tests.support.browser import Browser, Page
from tests.support.people import stranger

Send = Callable[[Browser, Party, dict[str, str | None]], Page]

MUTATIONS: dict[str, Callable[[str], str]] = {
    "a suffix of the host": lambda uri: uri.replace(".test/", ".test.evil.test/"),
    "a prefix of the host": lambda uri: uri.replace("https://", "https://evil-"),
    "userinfo before the host": lambda uri: uri.replace("https://", "https://evil.test@"),
    "the host as userinfo": lambda uri: uri.replace("/cb", "@evil.test/cb"),
    "the host as a user name": lambda uri: uri.replace("/cb", ":x@evil.test/cb"),
    "a backslash before another host": lambda uri: uri.replace("/cb", "\\@evil.test/cb"),
    "a backslash in the path": lambda uri: uri.replace("/cb", "\\cb"),
    "upper case in the path": lambda uri: uri.replace("/cb", "/CB"),
    "upper case in the host": lambda uri: uri.replace(".test", ".TEST"),
    "upper case in the scheme": lambda uri: uri.replace("https", "HTTPS"),
    "a slash at the end": lambda uri: uri + "/",
    "a dot at the end": lambda uri: uri + ".",
    "a query": lambda uri: uri + "?a=b",
    "an empty query": lambda uri: uri + "?",
    "a fragment": lambda uri: uri + "#a",
    "an empty fragment": lambda uri: uri + "#",
    "dot segments": lambda uri: uri.replace("/cb", "/x/../cb"),
    "encoded dot segments": lambda uri: uri.replace("/cb", "/x/%2e%2e/cb"),
    "twice encoded dot segments": lambda uri: uri.replace("/cb", "/x/%252e%252e/cb"),
    "dot segments with a semicolon": lambda uri: uri.replace("/cb", "/x/..;/cb"),
    "a single dot": lambda uri: uri.replace("/cb", "/./cb"),
    "two slashes": lambda uri: uri.replace("/cb", "//cb"),
    "an encoded letter": lambda uri: uri.replace("/cb", "/c%62"),
    "the default port": lambda uri: uri.replace("/cb", ":443/cb"),
    "an empty port": lambda uri: uri.replace("/cb", ":/cb"),
    "a dot behind the host": lambda uri: uri.replace("/cb", "./cb"),
    "a tab": lambda uri: uri.replace("/cb", "/c\tb"),
    "a line break": lambda uri: uri + "\r\nLocation: https://evil.test/",
    "a space before": lambda uri: " " + uri,
    "a space behind": lambda uri: uri + " ",
    "plain http": lambda uri: uri.replace("https", "http"),
    "no scheme": lambda uri: uri.removeprefix("https:"),
    "a script": lambda _: "javascript:alert(1)",
    "another scheme": lambda uri: uri.replace("https", "data"),
    "a prefix alone": lambda uri: uri[:-1],
    "another script": lambda uri: uri.replace("c", "\N{CYRILLIC SMALL LETTER ES}"),
    "a list of two": lambda uri: f"{uri} https://evil.test/cb",
}

OTHERWISE_WRONG: list[dict[str, str | None]] = [
    {},
    {"response_type": "token"},
    {"response_type": None},
    {"scope": "profile"},
    {"scope": "openid nonsense"},
    {"prompt": "none"},
    {"prompt": "none login"},
    {"response_mode": "fragment"},
    {"request": "e30.e30."},
    {"request_uri": "https://evil.test/request"},
    {"state": "x" * 9000},
    {"code_challenge": None},
]


def by_link(browser: Browser, party: Party, more: dict[str, str | None]) -> Page:
    return browser.open(party.request(**more))


def by_form(browser: Browser, party: Party, more: dict[str, str | None]) -> Page:
    return browser.post("/connect/authorize", None, **party.parameters(**more))


EITHER_WAY = pytest.mark.parametrize("send", [by_link, by_form])


def told_on_a_page(page: Page, code: str) -> bool:
    """Return whether a page tells of an error, names the request, and leads nowhere."""
    assert (page.status, page.location) == (400, "")
    assert page.shows("error-page")
    assert page.shows("request-id")
    assert page.headers["X-Request-Id"] in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "evil" not in page.text
    assert "Refresh" not in page.headers
    return f'<code id="error-code">{code}</code>' in page.text


@EITHER_WAY
def test_nothing_but_the_registered_address_gets_an_answer(party: Party, anna: Visitor, send: Send) -> None:
    for what, mutated in MUTATIONS.items():
        wrong = mutated(party.callback)
        assert wrong != party.callback
        page = send(anna.browser, party, {"redirect_uri": wrong})
        assert told_on_a_page(page, "invalid_request"), what
    assert answer(anna.send(party))["code"]


UNTOLD: list[tuple[dict[str, str | None], str]] = [
    ({"redirect_uri": "https://evil.test/cb"}, "invalid_request"),
    ({"redirect_uri": ""}, "invalid_request"),
    ({"redirect_uri": None}, "invalid_request"),
    ({"client_id": "evil"}, "unauthorized_client"),
    ({"client_id": "e" * 1000}, "invalid_request"),
    ({"client_id": None}, "invalid_request"),
]


@EITHER_WAY
def test_whatever_else_is_wrong_a_strange_address_or_client_hears_nothing(
    party: Party, anna: Visitor, send: Send
) -> None:
    for more in OTHERWISE_WRONG:
        for untold, code in UNTOLD:
            assert told_on_a_page(send(anna.browser, party, more | untold), code), (more, untold)


@EITHER_WAY
def test_a_disabled_application_hears_nothing(party: Party, anna: Visitor, send: Send) -> None:
    with UnitOfWork(party.app):
        application_registration.set_disabled(party.client_id, SYSTEM, disabled=True)
    for prompt in (None, "none"):
        assert told_on_a_page(send(anna.browser, party, {"prompt": prompt}), "unauthorized_client")


def posted(app: Flask, body: str, content_type: str = "application/x-www-form-urlencoded") -> Page:
    """Post bytes as they are."""
    sent = app.test_client().post("/connect/authorize", data=body.encode(), content_type=content_type)
    return Page(sent.status_code, CaseInsensitiveDict(sent.headers), sent.get_data(as_text=True))


def test_what_can_not_be_read_is_told_on_a_page(app: Flask, party: Party) -> None:
    browser = stranger(app)
    readable = party.request()
    for query in ("a=%ff", "a=%00", "%00=a", "a=\xe4", "&".join(["a=b"] * 300)):
        assert told_on_a_page(browser.open(f"{readable}&{query}"), "invalid_request"), query
        assert told_on_a_page(posted(app, f"{readable.partition('?')[2]}&{query}"), "invalid_request"), query


def test_a_request_is_posted_as_a_form_or_not_at_all(app: Flask, party: Party) -> None:
    body = party.request().partition("?")[2]
    assert posted(app, body).status == 303
    for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain", ""):
        assert told_on_a_page(posted(app, body, kind), "invalid_request"), kind


REFUSED: list[tuple[dict[str, str | None], str]] = [
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code id_token"}, "unsupported_response_type"),
    ({"response_type": None}, "invalid_request"),
    ({"response_type": ""}, "invalid_request"),
    ({"scope": "profile"}, "invalid_scope"),
    ({"scope": ""}, "invalid_scope"),
    ({"scope": "openid nonsense"}, "invalid_scope"),
    ({"scope": "openid address"}, "invalid_scope"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge": ""}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge_method": "s256"}, "invalid_request"),
    ({"code_challenge_method": "none"}, "invalid_request"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"prompt": "dance"}, "invalid_request"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"max_age": "soon"}, "invalid_request"),
    ({"claims": "no object"}, "invalid_request"),
    ({"request": "e30.e30."}, "request_not_supported"),
    ({"request_uri": "https://evil.test/request"}, "request_uri_not_supported"),
    ({"registration": "{}"}, "registration_not_supported"),
    ({"id_token_hint": "e30.e30."}, "invalid_request"),
    ({"response_mode": "fragment"}, "invalid_request"),
    ({"nonce": "x" * 9000}, "invalid_request"),
    ({"resource": "https://nowhere.test"}, "invalid_target"),
]


@EITHER_WAY
def test_an_application_is_told_of_its_own_mistakes(party: Party, anna: Visitor, send: Send) -> None:
    for more, code in REFUSED:
        page = send(anna.browser, party, more)
        stand = anna.at(page)
        said = answer(stand)
        assert page.status == 303
        assert went_to(stand) == party.callback
        assert said.keys() == {"error", "error_description", "state", "iss"}
        assert (said["error"], said["state"]) == (code, "state-of-the-party"), more
        assert said["iss"] == party.app.config["ISSUER"]
        assert said["error_description"].isascii()


def test_mistakes_are_told_in_the_mode_that_was_asked_for(party: Party, anna: Visitor) -> None:
    stand = anna.send(party, response_mode="form_post", scope="openid nonsense")
    said = answer(stand)
    assert (said["error"], said["state"], stand.page.status) == ("invalid_scope", "state-of-the-party", 200)


def test_a_repeated_parameter_is_a_mistake(party: Party, anna: Visitor) -> None:
    for name in ("state", "scope", "nonce", "code_challenge", "prompt"):
        repeated = f"{party.request(**{name: 'openid'})}&{name}=openid"
        for page in (anna.browser.open(repeated), posted(party.app, repeated.partition("?")[2])):
            said = answer(anna.at(page))
            assert said["error"] == "invalid_request", name
            assert "code" not in said


def test_a_repeated_name_of_who_is_to_be_told_is_told_on_a_page(party: Party, anna: Visitor) -> None:
    for name in ("client_id", "redirect_uri"):
        for value in (party.parameters()[name], "https://evil.test/cb"):
            page = anna.browser.open(f"{party.request()}&{name}={quote(value, safe='')}")
            assert told_on_a_page(page, "invalid_request")


STATES = (
    "\N{SNOWMAN}\U0001f600 grüße",
    "%2541 %25 + &amp; a=b&c=d#e;f",
    "\"'<script>alert(1)</script>",
    "line\r\nSet-Cookie: a=b\r\n\r\n<html>",
    " spaces around ",
    base64.b64encode(bytes(range(256))).decode(),
    "x" * 2048,
    "\N{SNOWMAN}" * 2730,
)


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_state_and_nonce_come_back_byte_for_byte(party: Party, anna: Visitor, mode: str) -> None:
    for state in STATES:
        stand = anna.send(party, state=state, nonce=state, response_mode=mode)
        said = answer(stand)
        assert said["state"] == state
        assert "Set-Cookie" not in stand.page.headers
        assert Tokens.of(party.redeem(said["code"])).claims["nonce"] == state


def test_a_state_that_is_too_long_is_refused_and_not_cut(party: Party, anna: Visitor) -> None:
    said = answer(anna.send(party, state="x" * 8193))
    assert said["error"] == "invalid_request"
    assert "state" not in said


def test_a_network_that_leaves_too_many_requests_is_told_when_to_come_back(
    app: Flask, party: Party, anna: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["oidc"].arrivals, "_most", 1)
    bob = Visitor(app, stranger(app), "nobody@example.com")
    assert bob.send(party).shows("login-page")
    for page in (bob.send(party).page, bob.send_by_post(party)):
        assert page.status == 429
        assert 0 < int(page.headers["Retry-After"]) <= 60
        assert "temporarily_unavailable" in page.text
    # Who waits already, or is signed in, goes on.
    assert anna.send(party, prompt="login").shows("login-page")
