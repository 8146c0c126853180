"""A person walks through the pages: register, mailbox, choose a password, account, forgotten password."""

import re
import time

import pytest
from playwright.sync_api import Browser

from tests.support.chromium import LOOKS, Walk, walking
from tests.support.people import OTHER_PASSWORD, PASSWORD, link_in, password_in
from tests.support.server import Server


def newest_letter(walk: Walk, recipient: str, says: str) -> str:
    """Return the text of the newest letter to somebody that says something, once it is in the mailbox."""
    for _ in range(50):
        walk.open("/dev/mailbox")
        links = walk.page.locator("a[href^='/dev/mailbox/']")
        for path in [link.get_attribute("href") or "" for link in links.all()[:4]]:
            walk.open(path)
            text = walk.page.inner_text("main")
            if recipient in text and re.search(says, text):
                return text
        time.sleep(0.1)
    raise AssertionError(f"no letter to {recipient} that says {says!r}")


@pytest.mark.parametrize("look", LOOKS)
def test_a_person_registers_signs_in_and_comes_back_after_forgetting(
    site: Server, browser: Browser, look: str
) -> None:
    email = f"anna.{look}@example.com"
    with walking(browser, site.issuer, look) as walk:
        _register(walk, email)
        _choose_password(walk, email)
        _look_around(walk)
        walk.open("/logout")
        walk.picture("logout")
        walk.click("logout-confirm")
        walk.sees("logged-out")
        walk.picture("logged-out")
        _forget_password(walk, site, email)


def _register(walk: Walk, email: str) -> None:
    walk.open("/")
    walk.picture("home-stranger")
    walk.open("/login")
    walk.picture("login")
    walk.open("/register")
    walk.picture("register")
    walk.fill(email="this is no address@")
    # The browser's own check stops here; the server's page is what is looked at.
    walk.page.eval_on_selector("form:has(#email)", "form => form.noValidate = true")
    walk.click("register-submit")
    walk.picture("register-refused")
    walk.fill(email=email)
    walk.click("register-submit")
    walk.sees("register-sent")
    walk.picture("register-sent")


def _choose_password(walk: Walk, email: str) -> None:
    letter = newest_letter(walk, email, "password")
    walk.picture("mailbox-letter")
    walk.open("/dev/mailbox")
    walk.picture("mailbox")
    walk.open("/login")
    walk.fill(username=email, password="not this one")
    walk.click("login-submit")
    walk.picture("login-refused")
    walk.fill(username=email, password=password_in(letter))
    walk.click("login-submit")
    walk.sees("password-page")
    walk.picture("password-choose")
    walk.fill(new_password="password12345678")
    walk.page.wait_for_timeout(600)
    walk.picture("password-choose-weak")
    walk.click("password-submit")
    walk.picture("password-choose-refused")
    walk.fill(new_password=PASSWORD)
    walk.click("password-submit")
    walk.picture("home")


def _look_around(walk: Walk) -> None:
    for name in ("profile", "password", "email", "sessions", "close"):
        walk.open(f"/account/{name}")
        walk.picture(f"account-{name}")
    walk.open("/account")
    walk.picture("account")
    walk.open("/account/profile")
    walk.fill(name="Anna von Berg", birthdate="tomorrow")
    walk.page.locator("main form button[type=submit]").last.click()
    walk.picture("account-profile-refused")
    walk.open("/nothing-here")
    walk.sees("error-page")
    walk.picture("not-found")


def _forget_password(walk: Walk, site: Server, email: str) -> None:
    walk.open("/password/forgot")
    walk.picture("password-forgot")
    walk.fill(email=email)
    walk.click("password-submit")
    walk.picture("password-forgot-sent")
    letter = newest_letter(walk, email, "/password/reset/")
    link = link_in(letter, site.issuer)
    walk.open(link)
    walk.sees("password-page")
    walk.picture("password-reset")
    walk.fill(new_password=OTHER_PASSWORD)
    walk.click("password-submit")
    walk.picture("password-changed")
    walk.open(link)
    walk.picture("password-link-gone")
    walk.open("/login")
    walk.fill(username=email, password=OTHER_PASSWORD)
    walk.click("login-submit")
    walk.open("/account")
    assert email in walk.page.inner_text("body")


def test_every_page_works_without_scripts(site: Server, browser: Browser) -> None:
    email = "plain@example.com"
    with walking(browser, site.issuer, "light", java_script_enabled=False) as walk:
        walk.open("/register")
        walk.fill(email=email)
        walk.click("register-submit")
        letter = newest_letter(walk, email, "password")
        walk.open("/login")
        walk.fill(username=email, password=password_in(letter))
        walk.click("login-submit")
        walk.fill(new_password=PASSWORD)
        walk.click("password-submit")
        walk.open("/account")
        assert email in walk.page.inner_text("body")


def test_forms_can_be_filled_in_by_keyboard_alone(site: Server, browser: Browser) -> None:
    with walking(browser, site.issuer, "light") as walk:
        walk.open("/login")
        reached = []
        for _ in range(20):
            walk.page.keyboard.press("Tab")
            reached.append(walk.page.evaluate("document.activeElement.id"))
        assert {"username", "password", "login-submit"} <= set(reached)


def test_the_pages_speak_german_to_browsers_that_ask_for_it(site: Server, browser: Browser) -> None:
    with walking(browser, site.issuer, "light", locale="de-DE") as walk:
        walk.open("/login")
        assert walk.page.locator("html").get_attribute("lang") == "de"
        walk.picture("login-german")
        assert "Anmelden" in walk.page.inner_text("main")
