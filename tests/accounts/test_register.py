"""Registering with an email address, the letter that answers, and the first sign-in."""

import pytest
from flask import Flask

from authserver.accounts import directory
from authserver.accounts.store import accounts
from authserver.audit.log import SYSTEM
from authserver.organizations.store import memberships
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import race, trail
from tests.support.people import (
    OTHER_PASSWORD,
    PASSWORD,
    Post,
    later,
    member,
    newcomer,
    password_in,
    stranger,
)

ADDRESS = "anna@example.com"


def test_an_address_is_all_that_registering_asks_for(app: Flask, post: Post) -> None:
    assert stranger(app).register(ADDRESS).shows("register-sent")
    letter = post.newest(ADDRESS)
    assert len(password_in(letter.text)) >= 20
    assert password_in(letter.text) in letter.html


def test_the_answer_is_the_same_for_a_new_a_pending_and_an_existing_address(app: Flask, post: Post) -> None:
    anna = member(app, post)
    stranger(app).register("pending@example.com")
    post.deliver()
    answers = [
        stranger(app).submit("/register", email=email)
        for email in (anna.email, "pending@example.com", "new@example.com")
    ]
    assert len({(answer.status, answer.location, answer.text) for answer in answers}) == 1


def test_the_owner_of_an_account_is_told_so_and_nothing_changes(app: Flask, post: Post) -> None:
    anna = member(app, post)
    stranger(app).register(anna.email)
    assert "already" in post.newest(anna.email).subject + post.newest(anna.email).text
    assert not any(
        len(line) >= 20 and "-" in line and " " not in line.strip() and "/" not in line
        for line in post.newest(anna.email).text.splitlines()
    )
    assert anna.signed_in
    assert stranger(app).sign_in(anna.email, PASSWORD).status == 200


def test_the_newest_letter_has_the_password_that_works(app: Flask, post: Post) -> None:
    browser = stranger(app)
    browser.register(ADDRESS)
    first = post.password(ADDRESS)
    browser.register(ADDRESS)
    second = post.password(ADDRESS)
    assert first != second
    assert browser.sign_in(ADDRESS, first).status == 401
    assert browser.sign_in(ADDRESS, second).shows("password-page")


def test_a_mailed_password_works_once(app: Flask, post: Post) -> None:
    browser = stranger(app)
    browser.register(ADDRESS)
    password = post.password(ADDRESS)
    assert browser.sign_in(ADDRESS, password).shows("password-page")
    assert stranger(app).sign_in(ADDRESS, password).status == 401


def test_a_mailed_password_does_not_work_after_its_time(app: Flask, post: Post) -> None:
    browser = stranger(app)
    browser.register(ADDRESS)
    password = post.password(ADDRESS)
    with later(72 * 3600 + 1):
        assert browser.sign_in(ADDRESS, password).status == 401


@pytest.mark.parametrize("path", ["/", "/account", "/account/profile", "/account/sessions", "/login"])
def test_nothing_opens_before_an_own_password_is_chosen(app: Flask, post: Post, path: str) -> None:
    anna = newcomer(app, post)
    page = anna.browser.open(path)
    assert page.status == 303
    assert page.location.startswith("/password/choose")


def test_before_the_first_sign_in_the_address_counts_for_nothing(app: Flask, post: Post) -> None:
    anna = newcomer(app, post)
    with UnitOfWork(app):
        account = accounts.find_by_email(anna.email)
        assert account
        assert not account.proven
        assert not memberships.of_account(account.id)


def test_choosing_a_password_proves_the_address_and_founds_an_organization(app: Flask, post: Post) -> None:
    anna = member(app, post)
    with UnitOfWork(app):
        account = accounts.find_by_email(anna.email)
        assert account
        assert account.proven
        (membership,) = memberships.of_account(account.id)
    assert membership.role == "administrator"
    assert {event.action for event in trail(app)} >= {"account.first_signed_in", "organization.created"}


def test_choosing_a_password_gives_the_browser_another_session(app: Flask, post: Post) -> None:
    anna = newcomer(app, post)
    before = anna.browser.line.cookie("session")
    anna.browser.choose(PASSWORD)
    thief = stranger(app)
    thief.line.set_cookie("session", before)
    assert anna.browser.line.cookie("session") != before
    assert thief.open("/account").status == 303
    assert thief.open("/password/choose").location.startswith("/login")


def test_the_first_password_is_chosen_once_also_by_sixteen_tabs(app: Flask, post: Post) -> None:
    anna = newcomer(app, post)
    cookie = anna.browser.line.cookie("session")
    tabs = []
    for _ in range(16):
        tab = stranger(app)
        tab.line.set_cookie("session", cookie)
        tabs.append((tab, tab.open("/password/choose").hidden))
    answers = race(
        16, lambda n: tabs[n][0].post("/password/choose", **tabs[n][1], new_password=f"{PASSWORD} number {n}")
    )
    winners = [n for n, answer in enumerate(answers) if answer.location == "/"]
    assert len(winners) == 1
    assert stranger(app).sign_in(anna.email, f"{PASSWORD} number {winners[0]}").status == 200
    with UnitOfWork(app):
        account = accounts.find_by_email(anna.email)
        assert account
        assert len(memberships.of_account(account.id)) == 1


def test_sixteen_registrations_of_one_address_make_one_account(app: Flask, post: Post) -> None:
    browsers = [stranger(app) for _ in range(16)]
    forms = [browser.open("/register").hidden for browser in browsers]
    answers = race(16, lambda n: browsers[n].post("/register", **forms[n], email=ADDRESS))
    assert {answer.status for answer in answers} == {303}
    assert 1 <= len(post.to(ADDRESS)) <= 3
    assert stranger(app).sign_in(ADDRESS, post.password(ADDRESS)).shows("password-page")
    assert [event.action for event in trail(app)].count("account.registered") == 1


def test_letters_to_an_address_are_limited_and_the_answer_stays(app: Flask, post: Post) -> None:
    pages = {stranger(app).submit("/register", email=ADDRESS).location for _ in range(8)}
    assert len(pages) == 1
    assert len(post.to(ADDRESS)) == 3


@pytest.mark.parametrize(
    "address",
    ["", "anna", "anna@", "@example.com", "a@b@example.com", "anna@example.com,b@example.com",
     "anna@example.com\r\nBcc: b@example.com", "anna\x00@example.com", "ann\u0430@example.com", "a" * 10_000,
     '"anna b"@example.com', "<anna@example.com>", "anna@[127.0.0.1]",
        "=?utf-8?q?a?=@example.com", "anna@exam ple.com"],
)  # fmt: skip
def test_what_is_no_address_is_refused_and_nothing_is_written(app: Flask, post: Post, address: str) -> None:
    page = stranger(app).submit("/register", email=address)
    assert page.status == 400
    assert page.shows("register-page")
    assert post.deliver() == 0


def test_one_address_in_other_letters_is_the_same_account(app: Flask, post: Post) -> None:
    anna = member(app, post, "anna.b+c@b\u00fccher.example")
    assert stranger(app).sign_in("Anna.B+C@xn--bcher-kva.example", PASSWORD).status == 200
    assert anna.signed_in


@pytest.mark.parametrize("weak", ["short", "passwordpassword1", "aaaaaaaaaaaaaaaaaaaa", "qwertyuiopasdfgh"])
def test_a_weak_password_is_refused_with_advice(app: Flask, post: Post, weak: str) -> None:
    anna = newcomer(app, post)
    page = anna.browser.submit("/password/choose", new_password=weak)
    assert page.status == 400
    assert page.shows("new-password-error")
    assert not anna.signed_in


def test_a_password_of_a_megabyte_is_refused_before_it_is_hashed(app: Flask, post: Post) -> None:
    anna = newcomer(app, post)
    assert anna.browser.submit("/password/choose", new_password="x" * 1_000_000).status == 413
    assert anna.browser.submit("/password/choose", new_password="x" * 2_000).status == 400


def test_a_long_password_is_taken_whole(app: Flask, post: Post) -> None:
    anna = newcomer(app, post)
    long = OTHER_PASSWORD * 6
    anna.browser.choose(long)
    assert stranger(app).sign_in(anna.email, long).status == 200
    assert stranger(app).sign_in(anna.email, long[:-1]).status == 401


def test_an_operator_makes_an_account_and_never_learns_its_password(app: Flask, post: Post) -> None:
    with UnitOfWork(app):
        directory.create("Boss@Example.COM", SYSTEM, operator=True)
    browser = stranger(app)
    assert browser.sign_in("boss@example.com", post.password("boss@example.com")).shows("password-page")
