"""Forgotten and changed passwords."""

import pytest
from flask import Flask

from authserver.accounts import directory
from authserver.accounts.store import accounts
from authserver.audit.log import SYSTEM
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import race
from tests.support.people import OTHER_PASSWORD, PASSWORD, Person, Post, later, member, stranger

EVIL = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Forwarded-Proto": "gopher"}


def asked(person: Person, post: Post) -> str:
    """Ask for a new password and return the path of the link."""
    stranger(person.app).go("/password/forgot", email=person.email)
    return post.link(person.email)


def test_a_link_from_a_letter_sets_a_new_password(app: Flask, post: Post) -> None:
    anna = member(app, post)
    link = asked(anna, post)
    browser = stranger(app)
    assert browser.open(link).shows("password-page")
    assert browser.submit(link, new_password=OTHER_PASSWORD).status == 200
    assert stranger(app).sign_in(anna.email, PASSWORD).status == 401
    assert stranger(app).sign_in(anna.email, OTHER_PASSWORD).status == 200


def test_the_answer_is_the_same_for_every_address(app: Flask, post: Post) -> None:
    anna = member(app, post)
    pages = [
        stranger(app).submit("/password/forgot", email=email) for email in (anna.email, "no@example.com")
    ]
    assert len({(page.status, page.location, page.text) for page in pages}) == 1
    assert not post.to("no@example.com")


def test_a_look_at_the_link_uses_nothing_up(app: Flask, post: Post) -> None:
    anna = member(app, post)
    link = asked(anna, post)
    for _ in range(3):
        assert stranger(app).open(link).status == 200
    assert stranger(app).submit(link, new_password=OTHER_PASSWORD).status == 200


def test_a_link_works_once_also_for_sixteen_at_the_same_time(app: Flask, post: Post) -> None:
    anna = member(app, post)
    link = asked(anna, post)
    browsers = [stranger(app) for _ in range(16)]
    forms = [browser.open(link).hidden for browser in browsers]
    answers = race(
        16,
        lambda n: browsers[n].post(link, **forms[n], new_password=f"{OTHER_PASSWORD} number {n}").status,
    )
    assert sorted(answers) == [200] + [410] * 15
    winner = answers.index(200)
    assert stranger(app).sign_in(anna.email, f"{OTHER_PASSWORD} number {winner}").status == 200


def test_a_newer_link_replaces_the_one_before(app: Flask, post: Post) -> None:
    anna = member(app, post)
    first, second = asked(anna, post), asked(anna, post)
    assert stranger(app).open(first).status == 410
    assert stranger(app).open(second).status == 200


def test_a_link_works_for_an_hour(app: Flask, post: Post) -> None:
    anna = member(app, post)
    link = asked(anna, post)
    with later(3601):
        assert stranger(app).open(link).status == 410


@pytest.mark.parametrize("token", ["A" * 43, "x", "..%2f..%2fetc", "%00", "\u0430" * 43, "A" * 2000])
def test_a_forged_link_leads_to_a_page_that_says_so(app: Flask, token: str) -> None:
    page = stranger(app).open(f"/password/reset/{token}")
    assert page.status in (404, 410)
    assert "Traceback" not in page.text


def test_a_reset_ends_every_session_and_tells_the_person(app: Flask, post: Post) -> None:
    anna = member(app, post)
    stranger(app).submit(asked(anna, post), new_password=OTHER_PASSWORD)
    assert not anna.signed_in
    assert "changed" in post.newest(anna.email).subject.lower()


def test_a_weak_password_does_not_use_the_link_up(app: Flask, post: Post) -> None:
    anna = member(app, post)
    link = asked(anna, post)
    assert stranger(app).submit(link, new_password="too short").status == 400
    assert stranger(app).submit(link, new_password=OTHER_PASSWORD).status == 200


def test_links_begin_with_the_issuer_whatever_headers_say(app: Flask, post: Post) -> None:
    anna = member(app, post)
    browser = stranger(app)
    form = browser.open("/password/forgot").hidden
    browser.post("/password/forgot", EVIL, **form, email=anna.email)
    letter = post.newest(anna.email)
    assert "http://localhost:8000/password/reset/" in letter.text
    assert "evil" not in letter.text + letter.html + letter.subject


def test_somebody_who_never_chose_a_password_gets_another_mailed_one(app: Flask, post: Post) -> None:
    browser = stranger(app)
    browser.register("anna@example.com")
    post.deliver()
    browser.go("/password/forgot", email="anna@example.com")
    assert browser.sign_in("anna@example.com", post.password("anna@example.com")).shows("password-page")


def test_a_disabled_account_gets_no_letter_and_its_link_is_dead(app: Flask, post: Post) -> None:
    anna = member(app, post)
    link = asked(anna, post)
    with UnitOfWork(app):
        directory.set_disabled(directory.get(anna.email), SYSTEM, disabled=True)
    count = len(post.to(anna.email))
    stranger(app).go("/password/forgot", email=anna.email)
    assert len(post.to(anna.email)) == count
    assert stranger(app).open(link).status == 410


def test_changing_needs_the_current_password(app: Flask, post: Post) -> None:
    anna = member(app, post)
    page = anna.browser.submit("/account/password", password="something else", new_password=OTHER_PASSWORD)
    assert page.status == 400
    assert stranger(app).sign_in(anna.email, PASSWORD).status == 200


def test_changing_ends_other_sessions_and_keeps_this_one_under_a_new_handle(app: Flask, post: Post) -> None:
    anna = member(app, post)
    other = stranger(app)
    other.sign_in(anna.email, PASSWORD)
    before = anna.browser.line.cookie("session")
    anna.browser.go("/account/password", password=PASSWORD, new_password=OTHER_PASSWORD)
    assert anna.signed_in
    assert anna.browser.line.cookie("session") != before
    assert other.open("/account").status == 303
    assert "changed" in post.newest(anna.email).subject.lower()


def test_the_current_password_can_not_be_guessed_past_the_throttle(app: Flask, post: Post) -> None:
    anna = member(app, post)
    for _ in range(10):
        anna.browser.submit("/account/password", password="a guess", new_password=OTHER_PASSWORD)
    page = anna.browser.submit("/account/password", password=PASSWORD, new_password=OTHER_PASSWORD)
    assert page.status == 429
    assert stranger(app, "192.0.2.1").sign_in(anna.email, OTHER_PASSWORD).status == 401


def test_a_password_made_of_own_words_is_refused(app: Flask, post: Post) -> None:
    anna = member(app, post, "annabellatester@example.com")
    page = anna.browser.submit(
        "/account/password", password=PASSWORD, new_password="annabellatester@example.com"
    )
    assert page.status == 400


def test_a_hash_with_older_parameters_is_made_anew_at_the_next_sign_in(app: Flask, post: Post) -> None:
    anna = member(app, post)
    older = app.extensions["accounts"].passwords.__class__(8, 3, 1, app.extensions["accounts"].passwords.pool)
    stored = older.hash(PASSWORD)
    with UnitOfWork(app):
        account = directory.get(anna.email)
        accounts.set_password(account.id, stored, account.created_at)
    assert stranger(app).sign_in(anna.email, PASSWORD).status == 200
    with UnitOfWork(app):
        credentials = accounts.credentials_of(anna.email)
    assert credentials
    assert credentials.password_hash != stored
    assert stranger(app).sign_in(anna.email, PASSWORD).status == 200


def test_the_strength_of_a_password_is_told_while_it_is_typed(app: Flask, post: Post) -> None:
    anna = member(app, post)
    token = anna.browser.open("/account/password").hidden["csrf_token"]
    answer = anna.browser.post("/password/strength", new_password="passwordpassword", csrf_token=token)
    assert answer.status == 200
    assert '"score":0' in answer.text.replace(" ", "")
