"""What happens to a request while its password is hashed, and what a thief who knows a password may try."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from authserver.accounts import directory, housekeeping
from authserver.accounts.passwords import Passwords
from authserver.accounts.store import accounts, sessions
from authserver.audit.log import SYSTEM
from authserver.base.clock import now
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import race, trail
from tests.support.browser import Page
from tests.support.people import OTHER_PASSWORD, PASSWORD, Person, Post, later, member, newcomer, stranger

DAY = 86_400
THIRD_PASSWORD = "eleven paper boats under a tin moon"


def while_hashing(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[], Page], meanwhile: Callable[[], Any]
) -> Page:
    """Do something at the moment at which a request has looked at a password and has not acted yet."""
    looked, go_on = threading.Event(), threading.Event()
    verify = Passwords.verify

    def slowly(self: Passwords, stored: str | None, password: str) -> bool:
        right = verify(self, stored, password)
        if threading.current_thread().name == "slow":
            looked.set()
            go_on.wait(20)
        return right

    monkeypatch.setattr(Passwords, "verify", slowly)
    answers: list[Page] = []
    thread = threading.Thread(target=lambda: answers.append(ask()), name="slow")
    thread.start()
    assert looked.wait(20)
    meanwhile()
    go_on.set()
    thread.join(20)
    return answers[0]


def reset(person: Person, post: Post, password: str = OTHER_PASSWORD) -> None:
    """Reset a password by the link of a letter."""
    browser = stranger(person.app, "192.0.2.200")
    browser.go("/password/forgot", email=person.email)
    assert browser.submit(post.link(person.email), new_password=password).status == 200


def test_a_sign_in_with_the_old_password_is_refused_when_it_was_reset_meanwhile(
    app: Flask, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, thief = member(app, post), stranger(app)
    form = thief.open("/login").hidden
    page = while_hashing(
        monkeypatch,
        lambda: thief.post("/login", **form, username=anna.email, password=PASSWORD),
        lambda: reset(anna, post),
    )
    assert page.status == 401
    assert thief.open("/account").status == 303


def test_a_change_with_the_old_password_does_not_undo_a_reset(
    app: Flask, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = member(app, post)
    form = anna.browser.open("/account/password").hidden
    fields = form | {"password": PASSWORD, "new_password": THIRD_PASSWORD}
    page = while_hashing(
        monkeypatch, lambda: anna.browser.post("/account/password", **fields), lambda: reset(anna, post)
    )
    assert page.location == "/login"
    assert stranger(app).sign_in(anna.email, OTHER_PASSWORD).status == 200
    assert stranger(app).sign_in(anna.email, THIRD_PASSWORD).status == 401


@pytest.mark.parametrize("path", ["/login", "/account/password", "/account/email", "/account/close"])
def test_an_account_that_was_deleted_or_disabled_meanwhile_is_left_alone(
    app: Flask, post: Post, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    fields = {"new_password": OTHER_PASSWORD, "username": "", "password": PASSWORD}
    for act in (_delete, _disable):
        anna = member(app, post)
        browser = anna.browser if path != "/login" else stranger(app)
        typed = fields | {"username": anna.email}
        typed |= {"email": anna.email if path == "/account/close" else "new@example.com"}
        form = browser.open(path).hidden
        page = while_hashing(
            monkeypatch,
            lambda b=browser, f=form, t=typed: b.post(path, **(f | t)),  # type: ignore[misc]
            lambda p=anna, a=act: a(p),  # type: ignore[misc]
        )
        assert page.status in (303, 401)
        assert page.location in ("", "/login")


def test_a_sign_in_that_began_before_the_account_was_disabled_leaves_no_session(
    app: Flask, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, browser = member(app, post), stranger(app)
    form = browser.open("/login").hidden
    while_hashing(
        monkeypatch,
        lambda: browser.post("/login", **form, username=anna.email, password=PASSWORD),
        lambda: _disable(anna),
    )
    with UnitOfWork(app):
        account = directory.set_disabled(directory.get(anna.email), SYSTEM, disabled=False)
        assert sessions.of(account.id, now()) == []


def test_a_session_that_ended_meanwhile_changes_nothing(
    app: Flask, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, other = member(app, post), stranger(app)
    other.sign_in(anna.email, PASSWORD)
    form = anna.browser.open("/account/password").hidden
    fields = form | {"password": PASSWORD, "new_password": THIRD_PASSWORD}
    page = while_hashing(
        monkeypatch,
        lambda: anna.browser.post("/account/password", **fields),
        lambda: other.go("/account/sessions", "/account/sessions/end-others"),
    )
    assert page.location == "/login"
    assert stranger(app).sign_in(anna.email, PASSWORD).status == 200


def test_of_eight_changes_at_once_with_one_password_one_succeeds(app: Flask, post: Post) -> None:
    anna = member(app, post)
    form = anna.browser.open("/account/password").hidden
    tabs = [stranger(app) for _ in range(8)]
    for tab in tabs:
        tab.line.set_cookie("session", anna.browser.line.cookie("session"))
        tab.line.set_cookie("form", anna.browser.line.cookie("form"))
    answers = race(
        8,
        lambda n: tabs[n].post(
            "/account/password", **form, password=PASSWORD, new_password=f"{OTHER_PASSWORD} number {n}"
        ),
    )
    assert [page.location for page in answers].count("/account/password?saved=1") == 1


def test_resets_closings_and_sign_ins_at_once_wait_for_one_another_and_all_are_answered(
    app: Flask, post: Post
) -> None:
    people = [member(app, post) for _ in range(4)]
    links = []
    for person in people:
        stranger(app).go("/password/forgot", email=person.email)
        links.append(post.link(person.email))

    def act(number: int) -> int:
        person, browser = people[number % 4], stranger(app, f"192.0.2.{number}")
        if number < 4:
            return browser.submit(links[number], new_password=OTHER_PASSWORD).status
        if number < 8:
            person.browser.submit("/account/close", email=person.email, password=PASSWORD)
            return 200
        return browser.submit("/login", username=person.email, password=PASSWORD).status

    statuses = race(24, act)
    assert not [status for status in statuses if not isinstance(status, int) or status >= 500], statuses


def test_a_thief_who_asked_for_another_address_loses_it_with_the_reset(app: Flask, post: Post) -> None:
    anna = member(app, post)
    anna.browser.go("/account/email", email="thief@example.com", password=PASSWORD)
    link = post.link("thief@example.com")
    reset(anna, post)
    assert stranger(app).open(link).status == 410
    assert stranger(app).submit("/login", username="thief@example.com", password=OTHER_PASSWORD).status == 401


def test_after_a_reset_that_an_attack_made_necessary_the_owner_gets_in(app: Flask, post: Post) -> None:
    anna = member(app, post, source="198.51.100.7")
    for n in range(110):
        stranger(app, f"203.0.113.{n // 10}").submit("/login", username=anna.email, password="a guess")
    anna.browser.go("/password/forgot", email=anna.email)
    anna.browser.submit(post.link(anna.email), new_password=OTHER_PASSWORD)
    anna.sign_in(OTHER_PASSWORD)
    assert anna.signed_in


def test_guesses_do_not_keep_a_newcomer_with_the_mailed_password_out(app: Flask, post: Post) -> None:
    browser = stranger(app)
    browser.register("anna@example.com")
    password = post.password("anna@example.com")
    for _ in range(12):
        browser.submit("/login", username="anna@example.com", password="a guess")
    assert browser.sign_in("anna@example.com", password).shows("password-page")


def test_a_shut_door_does_not_tell_which_accounts_were_entered_from_there(app: Flask, post: Post) -> None:
    anna = member(app, post, source="203.0.113.9")
    for n in range(101):
        stranger(app, "203.0.113.9").submit("/login", username=f"no{n}@example.com", password="x")
    answers = [
        stranger(app, "203.0.113.9").submit("/login", username=email, password="x").status
        for email in (anna.email, "unknown@example.com")
    ]
    assert answers == [429, 429]


def test_the_mailed_password_is_not_taken_as_an_own_one(app: Flask, post: Post) -> None:
    browser = stranger(app)
    browser.register("anna@example.com")
    mailed = post.password("anna@example.com")
    browser.sign_in("anna@example.com", mailed)
    for same in (mailed, mailed.upper()):
        page = browser.submit("/password/choose", new_password=same)
        assert page.status == 400
        assert page.shows("new-password-error")


def test_a_letter_that_still_works_keeps_its_account_from_being_purged(app: Flask, post: Post) -> None:
    with later(-7 * DAY - 60):
        stranger(app).register("anna@example.com")
        post.deliver()
        stranger(app).register("gone@example.com")
        post.deliver()
    stranger(app).register("anna@example.com")
    password = post.password("anna@example.com")
    with UnitOfWork(app):
        housekeeping.delete_expired(app.extensions["settings"], now(), 100)
    with UnitOfWork(app):
        assert accounts.find_by_email("gone@example.com") is None
    assert stranger(app).sign_in("anna@example.com", password).shows("password-page")
    assert [event.action for event in trail(app)].count("account.purged") == 1


def test_a_disabled_account_is_not_purged_so_that_it_can_not_come_back(app: Flask, post: Post) -> None:
    with later(-30 * DAY):
        stranger(app).register("anna@example.com")
        post.deliver()
        with UnitOfWork(app):
            directory.set_disabled(directory.get("anna@example.com"), SYSTEM, disabled=True)
    with UnitOfWork(app):
        housekeeping.delete_expired(app.extensions["settings"], now(), 100)
        assert directory.get("anna@example.com").disabled


def test_two_accounts_can_not_take_one_address(app: Flask, post: Post) -> None:
    links = []
    for _ in range(8):
        person = member(app, post)
        person.browser.go("/account/email", email="wanted@example.com", password=PASSWORD)
        letters = [letter for envelope, letter in post.letters if envelope.recipient == "wanted@example.com"]
        post.deliver()
        letters = [letter for envelope, letter in post.letters if envelope.recipient == "wanted@example.com"]
        links.append(letters[-1].text.split("http://localhost:8000")[1].split()[0])
        if len(set(links)) == 3:
            break
    browsers = [stranger(app) for _ in links]
    forms = [browser.open(link).hidden for browser, link in zip(browsers, links, strict=True)]
    answers = race(len(links), lambda n: browsers[n].post(links[n], **forms[n]).status)
    assert sorted(answers) == [200] + [410] * (len(links) - 1)


def test_who_registered_an_address_and_never_proved_it_does_not_block_its_owner(
    app: Flask, post: Post
) -> None:
    anna = member(app, post)
    anna.browser.go("/account/email", email="new@example.com", password=PASSWORD)
    link = post.link("new@example.com")
    newcomer(app, post, "new@example.com", source="203.0.113.5")
    assert anna.email in stranger(app).open(link).text
    assert stranger(app).submit(link).status == 200
    assert stranger(app).sign_in("new@example.com", PASSWORD).status == 200


def test_a_planted_device_cookie_is_not_adopted(app: Flask, post: Post) -> None:
    anna = member(app, post)
    shared = stranger(app, "203.0.113.77")
    shared.line.set_cookie("device", "A" * 43)
    shared.sign_in(anna.email, PASSWORD)
    assert shared.line.cookie("device") not in (None, "A" * 43)


def test_a_flood_of_wishes_leaves_one_event(app: Flask, post: Post) -> None:
    for _ in range(30):
        stranger(app).submit("/register", email="anna@example.com")
    assert [event.action for event in trail(app)].count("registration.limited") == 1


def test_an_account_has_no_more_than_fifty_sessions(app: Flask, post: Post) -> None:
    anna = member(app, post)
    for _ in range(55):
        stranger(app).submit("/login", username=anna.email, password=PASSWORD)
    with UnitOfWork(app):
        assert len(sessions.of(directory.get(anna.email).id, now())) == 50


@pytest.mark.parametrize("body", ["[1]", "5", '{"username": 5}', '{"email": ["a"], "new_password": {}}', "{"])
@pytest.mark.parametrize("path", ["/login", "/register", "/password/forgot", "/password/strength"])
def test_a_body_that_is_no_form_is_a_form_without_fields(app: Flask, path: str, body: str) -> None:
    browser = stranger(app)
    token = browser.open("/login").hidden["csrf_token"]
    answer = browser.line.send(
        "POST", path, body, {"X-CSRFToken": token, "Content-Type": "application/json", "Accept": "text/html"}
    )
    assert answer.status < 500


def test_odd_paths_are_not_found(app: Flask, post: Post) -> None:
    anna = member(app, post)
    token = anna.browser.open("/account/sessions").hidden["csrf_token"]
    for part in ("%00", "x", "%ff", "a" * 300):
        assert anna.browser.post(f"/account/sessions/{part}/end", csrf_token=token).status == 404


def test_a_reset_signs_out_whoever_else_was_signed_in_in_that_browser(app: Flask, post: Post) -> None:
    anna, bert = member(app, post), member(app, post)
    handle = bert.browser.line.cookie("session")
    bert.browser.go("/password/forgot", email=anna.email)
    bert.browser.submit(post.link(anna.email), new_password=OTHER_PASSWORD)
    thief = stranger(app)
    thief.line.set_cookie("session", handle)
    assert thief.open("/account").status == 303


def _delete(person: Person) -> None:
    with UnitOfWork(person.app):
        directory.close(directory.get(person.email), SYSTEM)


def _disable(person: Person) -> None:
    with UnitOfWork(person.app):
        directory.set_disabled(directory.get(person.email), SYSTEM, disabled=True)
