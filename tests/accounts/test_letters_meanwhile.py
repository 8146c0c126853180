"""What happens to an account while a letter to it is being written, and what survives on the way in."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from authserver.accounts import directory, mailed_password
from authserver.accounts.store import accounts, one_time
from authserver.audit.log import SYSTEM
from authserver.base import handles
from authserver.web.unit_of_work import UnitOfWork
from tests.support.people import OTHER_PASSWORD, PASSWORD, Post, link_in, member, newcomer, stranger


def while_writing(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, post: Post, meanwhile: Callable[[], Any]
) -> threading.Thread:
    """Do something at the moment at which a letter has looked an account up and makes its secret.

    Returns the thread of what was done: it may have to wait until the letter is written.
    """
    make = getattr(module, name)
    threads: list[threading.Thread] = []

    def slowly() -> str:
        if not threads:
            threads.append(threading.Thread(target=meanwhile))
            threads[0].start()
            threads[0].join(1)
        return str(make())

    monkeypatch.setattr(f"authserver.accounts.letters.{name}", slowly)
    post.deliver()
    monkeypatch.undo()
    threads[0].join(20)
    return threads[0]


def test_a_change_of_address_voids_a_reset_link_that_is_being_written(
    app: Flask, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = member(app, post)
    anna.browser.go("/account/email", email="new@example.com", password=PASSWORD)
    confirm = post.link("new@example.com")
    stranger(app).go("/password/forgot", email=anna.email)
    browser = stranger(app)
    form = browser.open(confirm).hidden
    while_writing(monkeypatch, handles, "new_handle", post, lambda: browser.post(confirm, **form))
    with UnitOfWork(app):
        assert accounts.find_by_email("new@example.com")
    texts = [letter.text for letter in post.to(anna.email) if "/password/reset/" in letter.text]
    for text in texts:
        assert stranger(app).open(link_in(text, app.config["ISSUER"])).status == 410


def test_a_first_password_voids_a_mailed_one_that_is_being_written(
    app: Flask, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = newcomer(app, post)
    stranger(app).register(anna.email)
    form = anna.browser.open("/password/choose").hidden
    while_writing(
        monkeypatch,
        mailed_password,
        "new_mailed_password",
        post,
        lambda: anna.browser.post("/password/choose", **form, new_password=PASSWORD),
    )
    with UnitOfWork(app):
        account = directory.get(anna.email)
        assert account.proven
        assert one_time.KINDS
    assert stranger(app).sign_in(anna.email, PASSWORD).status == 200
    for letter in post.to(anna.email):
        for line in letter.text.splitlines():
            if len(line.strip()) == 29 and line.count("-") == 4:
                assert stranger(app).sign_in(anna.email, line.strip()).status == 401


def test_a_hash_that_was_only_made_anew_meanwhile_is_still_the_same_password(app: Flask, post: Post) -> None:
    anna = member(app, post)
    with UnitOfWork(app):
        before = accounts.credentials_of(anna.email)
        assert before
        assert before.password_hash
        accounts.rehash(before.account.id, before.password_hash, before.password_hash + "x")
        after = accounts.credentials_of(anna.email)
    assert after
    assert after.password_changed_at == before.password_changed_at


def test_two_changes_in_one_second_are_two_changes(app: Flask, post: Post) -> None:
    anna = member(app, post)
    with UnitOfWork(app):
        account = directory.get(anna.email)
        at = account.created_at + 1000
        times = []
        for text in ("one", "two", "three"):
            accounts.set_password(account.id, text, at)
            credentials = accounts.credentials_of(anna.email)
            assert credentials
            times.append(credentials.password_changed_at)
    assert times == [at, at + 1, at + 2]


def test_where_somebody_wanted_to_go_survives_a_reload_of_the_sign_in_page(app: Flask, post: Post) -> None:
    browser = stranger(app)
    browser.submit("/register?next=/account/sessions", "/register", email="anna@example.com")
    for _ in range(3):
        assert browser.open("/login").hidden["next"] == "/account/sessions"


def test_a_disabled_account_keeps_its_address(app: Flask, post: Post) -> None:
    stranger(app).register("taken@example.com")
    post.deliver()
    with UnitOfWork(app):
        directory.set_disabled(directory.get("taken@example.com"), SYSTEM, disabled=True)
    anna = member(app, post)
    anna.browser.go("/account/email", email="taken@example.com", password=PASSWORD)
    assert stranger(app).submit(post.link("taken@example.com")).status == 410
    with UnitOfWork(app):
        assert directory.get("taken@example.com").disabled
        assert directory.get(anna.email)


def test_the_own_address_is_no_new_one(app: Flask, post: Post) -> None:
    anna = member(app, post)
    page = anna.browser.submit("/account/email", email=anna.email.upper(), password=PASSWORD)
    assert page.status == 400
    assert page.shows("email-error")


def test_too_many_guesses_on_a_page_of_the_account_say_when_to_come_back(app: Flask, post: Post) -> None:
    anna = member(app, post)
    pages = [
        anna.browser.submit("/account/password", password="a guess", new_password=OTHER_PASSWORD)
        for _ in range(11)
    ]
    assert [page.status for page in pages] == [400] * 10 + [429]
    assert int(pages[-1].headers["Retry-After"]) > 0


def test_a_server_without_a_place_says_so_and_leads_back(app: Flask, post: Post) -> None:
    pool = app.extensions["accounts"].passwords.pool
    browser = stranger(app)
    form = browser.open("/login?next=/account").hidden
    before, pool._free = pool._free, 0
    try:
        page = browser.post("/login", **form, username="anna@example.com", password="x")
    finally:
        pool._free = before
    assert page.status == 503
    assert int(page.headers["Retry-After"]) > 0
    assert 'href="/login?next=/account"' in page.text
