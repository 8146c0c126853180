"""What others wrote stays text on every page of the protocol, and the policy holds where it would not."""

import re
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import pytest
from flask import Flask

from tests.conformance.person import form_action_of, forms_in
from tests.front_channel.party import Party, new_party
from tests.front_channel.visit import Visitor, answer
from tests.support.browser import Page
from tests.support.people import Post, member, stranger

CORPUS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    '" autofocus onfocus=alert(1) x="',
    "' onmouseover='alert(1)",
    "`onload=alert(1)`",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "</title></style></textarea><base href=//evil.test>",
    '<!--<img src="--><img src=x onerror=alert(1)//">',
    "<![CDATA[<script>alert(1)</script>",
    "<form action=https://evil.test><button>",
    "<meta http-equiv=refresh content=0;url=https://evil.test>",
    "javascript:alert(1)//",
    "data:text/html,<script>alert(1)</script>",
    "{{ 7*7 }}${7*7}#{7*7}{% raw %}%(x)s{0}",
    "&lt;script&gt;&#60;script&#62;",
    "\\u003cscript\\u003ealert(1)\\x3c/script\\x3e",
    "\N{FULLWIDTH LESS-THAN SIGN}script\N{FULLWIDTH GREATER-THAN SIGN}",
    "\N{RIGHT-TO-LEFT OVERRIDE}<b>\N{LINE SEPARATOR}\ufeff",
    "\r\n\r\n<script>alert(1)</script>\r\nContent-Type: text/html",
    "'; script-src 'unsafe-inline' *; x '",
)  # fmt: skip

DISPLAYED = (
    "state",
    "nonce",
    "scope",
    "response_type",
    "response_mode",
    "prompt",
    "max_age",
    "claims",
    "ui_locales",
    "login_hint",
    "id_token_hint",
    "acr_values",
    "request",
    "code_challenge",
    "error",
    "error_description",
    "title",
    "x<b>y",
)
LEADS = ("href", "src", "action", "formaction", "data", "poster", "srcdoc", "content")


class _Skeleton(HTMLParser):
    """Elements of a page with the names of their attributes, its values, and where it leads; no text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, ...]] = []
        self.leads: set[str] = set()
        self.values: dict[str, str] = {}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *(name for name, _ in attributes)))
        named = dict(attributes)
        self.values[named.get("id") or ""] = named.get("value") or ""
        self.leads |= {str(value) for name, value in attributes if name in LEADS}

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", data))

    def unknown_decl(self, data: str) -> None:
        self.elements.append(("declaration", data))


def skeleton(page: Page) -> _Skeleton:
    """Return what a browser makes of a page."""
    seen = _Skeleton()
    seen.feed(page.text)
    seen.close()
    return seen


def policy(page: Page) -> dict[str, str]:
    """Return the policy of a page, and check that there is one and each directive stands in it once."""
    (said,) = page.headers["Content-Security-Policy"].split(", ")
    pairs = [each.partition(" ")[::2] for each in said.split("; ")]
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def strict(page: Page) -> bool:
    """Return whether nothing runs on a page but our own scripts, whatever stands on it."""
    said = policy(page)
    del said["form-action"]
    nonce = said["script-src"].removeprefix("'nonce-").removesuffix("'")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", nonce)
    # Whoever guesses where the nonce stands finds it on scripts and styles alone.
    assert set(re.findall(rf"<(\w+)[^>]*{nonce}", page.text)) <= {"script", "style", "link"}
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    return said == {
        "default-src": "'none'",
        "script-src": f"'nonce-{nonce}'",
        "style-src": f"'nonce-{nonce}'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "object-src": "'none'",
    }


def harmless(page: Page, like: Page, *origins: str) -> bool:
    """Return whether a page has the elements of another one, and leads nowhere but to us and some origins."""
    seen, usual = skeleton(page), skeleton(like)
    assert seen.elements == usual.elements
    ours = tuple(f"{origin}/" for origin in ("", *origins))
    fixed = usual.leads | {"width=device-width, initial-scale=1"}
    assert not [each for each in seen.leads - fixed if not each.startswith(ours) or each.startswith("//")]
    assert "evil.test" not in page.headers["Content-Security-Policy"]
    return strict(page)


@pytest.fixture
def bob(app: Flask, post: Post) -> Visitor:
    """Somebody whose browser is empty."""
    return Visitor(app, stranger(app), member(app, post).email)


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_the_error_page_repeats_nothing_of_who_is_not_to_be_trusted(
    party: Party, bob: Visitor, name: str
) -> None:
    usual = bob.browser.open(party.request(**{name: "unknown"}))
    for hostile in CORPUS:
        page = bob.browser.open(party.request(**{name: hostile}))
        assert page.status == 400
        assert harmless(page, usual), hostile
        assert form_action_of(page) == ["'self'"]
        assert "alert" not in page.text
        assert hostile not in page.text


def test_the_error_page_repeats_nothing_of_a_request_that_can_not_be_answered(
    party: Party, bob: Visitor
) -> None:
    wrong = {"redirect_uri": "https://evil.test/cb"}
    usual = bob.browser.open(party.request(**wrong))
    for name in DISPLAYED:
        for hostile in CORPUS:
            page = bob.browser.open(party.request(**wrong, **{name: hostile}))
            assert page.status == 400
            assert harmless(page, usual), (name, hostile)
            assert "alert" not in page.text
            assert "49" not in re.sub(r'<code id="request-id"[^<]*', "", page.text.partition("<main")[2])
    assert form_action_of(usual) == ["'self'"]


def test_the_error_page_of_what_does_not_wait_repeats_nothing(anna: Visitor) -> None:
    usual = anna.browser.open("/consent?interaction=x")
    for hostile in CORPUS:
        page = anna.browser.open(f"/consent?{urlencode({'interaction': hostile, 'ui_locales': hostile})}")
        assert page.status == 400
        assert harmless(page, usual), hostile
        for path in ("", "/cancel"):
            page = anna.browser.open(f"/connect/authorize/{quote(hostile, safe='')}{path}?x={quote(hostile)}")
            assert page.status in (400, 404)
            assert "alert" not in page.text
            assert strict(page)


def test_the_error_page_of_signing_out_repeats_nothing(party: Party, anna: Visitor) -> None:
    hint = anna.tokens(party).identity
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": "https://evil.test/bye"}

    def ending(**more: str) -> Page:
        return anna.browser.open(f"/connect/endsession?{urlencode(asked | more)}")

    usual = ending()
    assert form_action_of(usual) == ["'self'"]
    for name in ("state", "ui_locales", "post_logout_redirect_uri", "logout_hint", "error", "x"):
        for hostile in CORPUS:
            page = ending(**{name: hostile})
            assert page.status == 400, name
            assert harmless(page, usual), (name, hostile)
            assert "alert" not in page.text


def test_the_question_before_signing_out_keeps_what_others_said_as_values(
    app: Flask, party: Party, anna: Visitor
) -> None:
    elsewhere = Visitor(app, stranger(app), anna.email)
    elsewhere.sign_in(elsewhere.open("/login"))
    asked = {
        "id_token_hint": elsewhere.tokens(party).identity,
        "post_logout_redirect_uri": party.logged_out,
        "state": "usual",
        "ui_locales": "en",
    }
    usual = anna.browser.open(f"/connect/endsession?{urlencode(asked)}")
    for name in ("state", "ui_locales"):
        for hostile in CORPUS:
            page = anna.browser.open(f"/connect/endsession?{urlencode(asked | {name: hostile})}")
            assert page.shows("logout-page")
            assert harmless(page, usual), (name, hostile)
            assert dict(forms_in(page)[-1].hidden)[name] == hostile
            assert form_action_of(page) == ["'self'"]


def test_the_sign_in_page_keeps_a_hint_as_a_value_and_nothing_else(party: Party, bob: Visitor) -> None:
    usual = bob.send(party, login_hint="usual").page
    for hostile in CORPUS:
        said = {"login_hint": hostile, "state": hostile, "nonce": hostile, "ui_locales": hostile}
        page = bob.send(party, **said).page
        assert page.shows("login-page")
        assert harmless(page, usual), hostile
        assert skeleton(page).values["username"] == hostile


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\"'><b>{{ 7*7 }}", "%(email)s %s {0}"])
def test_an_application_may_be_called_as_it_likes(app: Flask, anna: Visitor, bob: Visitor, name: str) -> None:
    usual, hostile = (new_party(app, each, first_party=False) for each in ("Usual", name))
    for show in (bob.send, anna.send):
        page = show(hostile).page
        assert "<script>alert" not in page.text
        assert "<b>" not in page.text
        assert "49" not in page.text.partition('id="client-name"')[2].partition("<")[0]
        assert skeleton(page).elements == skeleton(show(usual).page).elements
        assert strict(page)
    hint = Visitor(app, bob.browser, bob.email).tokens(hostile).identity
    page = anna.browser.open(f"/connect/endsession?{urlencode({'id_token_hint': hint})}")
    assert page.shows("logout-page")
    assert "<script>alert" not in page.text
    assert "<b>" not in page.text
    assert strict(page)


@pytest.mark.parametrize("more", [{}, {"scope": "openid nonsense"}, {"prompt": "none", "max_age": "0"}])
def test_the_page_that_posts_an_answer_keeps_the_state_as_a_value(
    party: Party, anna: Visitor, more: dict[str, str | None]
) -> None:
    usual = anna.send(party, response_mode="form_post", state="usual", **more).page
    for hostile in CORPUS:
        stand = anna.send(party, response_mode="form_post", state=hostile, **more)
        assert stand.shows("form-post-page")
        assert harmless(stand.page, usual, party.origin), hostile
        assert answer(stand)["state"] == hostile
        assert form_action_of(stand.page) == ["'self'", "*"]
        assert [form.action for form in forms_in(stand.page) if form.identity == "form-post"] == [
            party.callback
        ]


def test_what_an_application_is_told_repeats_nothing_but_its_state(party: Party, anna: Visitor) -> None:
    for name in DISPLAYED:
        for hostile in CORPUS:
            stand = anna.send(party, **{name: hostile})
            if not stand.left_to:
                assert stand.shows("login-page")
                continue
            said = answer(stand)
            assert said.keys() <= {"code", "error", "error_description", "state", "iss"}
            assert said.get("error_description", "").isascii()
            assert "alert" not in said.get("error_description", "")
            assert "\n" not in stand.page.location


def test_an_answer_by_a_form_is_whole_for_whoever_runs_no_scripts(party: Party, anna: Visitor) -> None:
    stand = anna.send(party, response_mode="form_post")
    (form,) = [each for each in forms_in(stand.page) if each.identity == "form-post"]
    assert list(form.buttons) == ["form-post-submit"]
    assert re.findall(r'<script[^>]*src="[^"]*form_post[^"]*"[^>]*>', stand.page.text)
    assert not re.findall(r"<script[^>]*>[^<]", stand.page.text)
    assert " on" not in "".join(re.findall(r"<(?:body|form|button)[^>]*>", stand.page.text))
