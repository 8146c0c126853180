"""Signing in and out, sessions, and what guessing costs."""

import pytest
from flask import Flask

from authserver.accounts import directory
from authserver.audit.log import SYSTEM
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import race, trail
from tests.support.browser import Browser, InProcess
from tests.support.people import PASSWORD, Post, later, member, stranger

WRONG = "not the password of anybody"
HOUR = 3600


def test_the_right_password_opens_the_account(app: Flask, post: Post) -> None:
    anna = member(app, post)
    elsewhere = stranger(app)
    assert elsewhere.open("/account").location.startswith("/login")
    elsewhere.sign_in(anna.email, PASSWORD)
    assert elsewhere.open("/account").status == 200


def test_unknown_disabled_and_wrong_get_the_same_answer(app: Flask, post: Post) -> None:
    anna, gone = member(app, post), member(app, post)
    with UnitOfWork(app):
        directory.set_disabled(directory.get(gone.email), SYSTEM, disabled=True)
    answers = [
        stranger(app).submit("/login", username=email, password=password)
        for email, password in (
            (anna.email, WRONG),
            ("nobody@example.com", WRONG),
            (gone.email, PASSWORD),
            ("no address at all", WRONG),
        )
    ]
    assert {answer.status for answer in answers} == {401}
    assert len({_without_what_was_typed(answer.text) for answer in answers}) == 1


def test_what_was_typed_comes_back_but_never_the_password(app: Flask) -> None:
    page = stranger(app).submit("/login", username="nobody@example.com", password=WRONG)
    assert "nobody@example.com" in page.text
    assert WRONG not in page.text


@pytest.mark.parametrize(
    ("wish", "goal"),
    [
        ("/account/profile?x=1", "/account/profile?x=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/%09/evil.example", "/"),
        ("https:evil.example", "/"),
        ("https://evil.example", "/"),
        ("/..//evil.example", "/"),
        ("/a/../b", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("/account\r\nX: y", "/"),
    ],
)
def test_signing_in_leads_to_pages_of_this_server_only(app: Flask, post: Post, wish: str, goal: str) -> None:
    anna = member(app, post)
    assert stranger(app).submit("/login", username=anna.email, password=PASSWORD, next=wish).location == goal


def test_where_somebody_wanted_to_go_survives_registering(app: Flask, post: Post) -> None:
    browser = stranger(app)
    assert browser.open("/account/sessions").location == "/login?next=/account/sessions"
    browser.submit("/register?next=/account/sessions", "/register", email="anna@example.com")
    # The letter's link knows nothing of it: the browser does.
    page = browser.submit("/login", username="anna@example.com", password=post.password("anna@example.com"))
    assert page.location == "/password/choose?next=/account/sessions"
    page = browser.submit(page.location, "/password/choose", new_password=PASSWORD)
    assert page.location == "/account/sessions"


def test_each_sign_in_has_a_session_of_its_own_and_ends_the_one_before(app: Flask, post: Post) -> None:
    anna = member(app, post)
    before = anna.browser.line.cookie("session")
    form = anna.browser.open("/account/password").hidden
    anna.browser.post("/login", username=anna.email, password=PASSWORD, csrf_token=form["csrf_token"])
    assert anna.browser.line.cookie("session") != before
    thief = stranger(app)
    thief.line.set_cookie("session", before)
    assert thief.open("/account").status == 303


def test_a_planted_session_cookie_is_never_adopted(app: Flask, post: Post) -> None:
    anna = member(app, post)
    victim = stranger(app)
    victim.line.set_cookie("session", "A" * 43)
    victim.sign_in(anna.email, PASSWORD)
    assert victim.line.cookie("session") != "A" * 43
    attacker = stranger(app)
    attacker.line.set_cookie("session", "A" * 43)
    assert attacker.open("/account").status == 303


def test_a_session_ends_after_an_hour_without_a_request(app: Flask, post: Post) -> None:
    anna = member(app, post)
    with later(HOUR - 120):
        assert anna.signed_in
    with later(2 * HOUR - 300):
        assert anna.signed_in
    with later(4 * HOUR):
        assert not anna.signed_in


def test_a_session_ends_after_a_day_whatever_happens(app: Flask, post: Post) -> None:
    anna = member(app, post)
    for hours in range(1, 25):
        with later(hours * (HOUR - 60)):
            assert anna.signed_in
    with later(24 * HOUR + 1):
        assert not anna.signed_in


def test_an_ended_session_is_nobody_at_every_instance(twins: tuple[Flask, Flask]) -> None:
    one, other = twins
    anna = member(one, Post(one))
    stolen = Browser(InProcess(other))
    stolen.line.set_cookie("session", anna.browser.line.cookie("session"))
    assert stolen.open("/account").status == 200
    anna.browser.go("/logout")
    assert stolen.open("/account").status == 303


def test_signing_out_asks_first(app: Flask, post: Post) -> None:
    anna = member(app, post)
    assert anna.browser.open("/logout").shows("logout-page")
    assert anna.signed_in
    assert anna.browser.go("/logout").shows("logged-out")
    assert not anna.signed_in


def test_disabling_an_account_ends_its_sessions_at_once(app: Flask, post: Post) -> None:
    anna = member(app, post)
    with UnitOfWork(app):
        directory.set_disabled(directory.get(anna.email), SYSTEM, disabled=True)
    assert not anna.signed_in
    assert anna.sign_in().status == 401
    with UnitOfWork(app):
        directory.set_disabled(directory.get(anna.email), SYSTEM, disabled=False)
    assert anna.sign_in().status == 200


def test_new_rights_end_sessions_so_far(app: Flask, post: Post) -> None:
    anna = member(app, post)
    with UnitOfWork(app):
        directory.set_operator(directory.get(anna.email), SYSTEM, operator=True)
    assert not anna.signed_in


@pytest.mark.parametrize("token", [None, "", "forged", "somebody else's"])
def test_a_form_without_its_own_token_is_refused(app: Flask, post: Post, token: str | None) -> None:
    anna = member(app, post)
    victim = stranger(app)
    fields = {"username": anna.email, "password": PASSWORD}
    if token == "somebody else's":
        token = stranger(app).open("/login").hidden["csrf_token"]
        victim.open("/login")
    page = victim.post("/login", **fields, **({} if token is None else {"csrf_token": token}))
    assert page.status == 403
    assert victim.line.cookie("session") is None


def test_a_form_from_another_site_is_refused(app: Flask, post: Post) -> None:
    anna = member(app, post)
    victim = stranger(app)
    form = victim.open("/login").hidden
    for site in ("cross-site", "same-site"):
        page = victim.post("/login", {"Sec-Fetch-Site": site}, **form, username=anna.email, password=PASSWORD)
        assert page.status == 403
    assert victim.line.cookie("session") is None


def test_after_ten_wrong_passwords_even_the_right_one_must_wait(app: Flask, post: Post) -> None:
    anna = member(app, post, source="198.51.100.7")
    attacker = stranger(app, "203.0.113.9")
    answers = [attacker.submit("/login", username=anna.email, password=WRONG).status for _ in range(11)]
    assert answers == [401] * 10 + [429]
    page = attacker.submit("/login", username=anna.email, password=PASSWORD)
    assert page.status == 429
    assert int(page.headers["Retry-After"]) > 0
    assert [event.action for event in trail(app)].count("sign_in.throttled") == 1


def test_sixteen_guesses_at_once_are_no_more_than_ten(app: Flask, post: Post) -> None:
    anna = member(app, post, source="198.51.100.7")
    attackers = [stranger(app, "203.0.113.9") for _ in range(16)]
    forms = [attacker.open("/login").hidden for attacker in attackers]
    answers = race(
        16, lambda n: attackers[n].post("/login", **forms[n], username=anna.email, password=WRONG).status
    )
    assert sorted(answers) == [401] * 10 + [429] * 6


def test_an_unknown_account_is_throttled_like_a_known_one(app: Flask) -> None:
    attacker = stranger(app, "203.0.113.9")
    answers = [attacker.submit("/login", username="no@example.com", password=WRONG).status for _ in range(11)]
    assert answers == [401] * 10 + [429]


def test_during_an_attack_the_victim_signs_in_from_elsewhere(app: Flask, post: Post) -> None:
    anna = member(app, post, source="198.51.100.7")
    attacker = stranger(app, "203.0.113.9")
    for _ in range(30):
        attacker.submit("/login", username=anna.email, password=WRONG)
    assert stranger(app, "192.0.2.55").sign_in(anna.email, PASSWORD).status == 200
    anna.browser.go("/logout")
    assert anna.sign_in().status == 200


def test_a_known_device_gets_in_from_the_attackers_own_network(app: Flask, post: Post) -> None:
    anna = member(app, post, source="203.0.113.9")
    attacker = stranger(app, "203.0.113.9")
    for _ in range(30):
        attacker.submit("/login", username=anna.email, password=WRONG)
    assert attacker.submit("/login", username=anna.email, password=PASSWORD).status == 429
    anna.browser.go("/logout")
    assert anna.sign_in().status == 200
    assert anna.signed_in


def test_guesses_from_many_networks_are_counted_together_and_known_devices_still_get_in(
    app: Flask, post: Post
) -> None:
    anna = member(app, post, source="198.51.100.7")
    answers = [
        stranger(app, f"203.0.{n // 200}.{n % 200 + 1}").submit(
            "/login", username=anna.email, password=WRONG
        ).status
        for n in range(120)
    ]  # fmt: skip
    assert answers.count(401) == 100
    assert stranger(app, "192.0.2.99").sign_in(anna.email, PASSWORD).status == 429
    anna.browser.go("/logout")
    assert anna.sign_in().status == 200


def test_a_sign_in_from_a_new_device_is_told_by_letter(app: Flask, post: Post) -> None:
    anna = member(app, post, source="198.51.100.7")
    before = len(post.to(anna.email))
    anna.browser.go("/logout")
    anna.sign_in()
    assert len(post.to(anna.email)) == before
    stranger(app, "203.0.113.9").sign_in(anna.email, PASSWORD)
    assert "203.0.113.9" in post.newest(anna.email).text


def test_requests_with_a_poisoned_host_are_refused(app: Flask) -> None:
    for host in ("evil.example", "localhost.evil.example", "localhost@evil.example"):
        assert stranger(app).open("/login", Host=host).status == 400


def test_pages_are_kept_by_no_cache_and_framed_by_nobody(app: Flask, post: Post) -> None:
    anna = member(app, post)
    for path in ("/", "/login", "/register", "/account", "/nothing-here"):
        headers = anna.browser.open(path).headers
        if path != "/login":
            policy = headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"


def _without_what_was_typed(text: str) -> str:
    lines = (line for line in text.splitlines() if "csrf_token" not in line and 'id="username"' not in line)
    return "\n".join(line for line in lines if "nonce" not in line)
