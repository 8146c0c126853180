"""What lies between an application's button and its callback, in Chromium: every form there may lead back.

Browsers hold the redirects behind a form against the policy of the page it stands on (CSP 3 section 6.4.1).
"""

import contextlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.interop.applications import new_application
from tests.interop.browser_application import SinglePageApplication, Tab, register, single_page_application
from tests.interop.flask_application import flask_application
from tests.interop.people import Person, mailed_password
from tests.support.people import PASSWORD
from tests.support.server import Server


@pytest.fixture(scope="module")
def spa(live_server: Server) -> Iterator[SinglePageApplication]:
    """A first-party application on another site than the server."""
    with single_page_application("127.0.0.1") as serving:
        register(live_server, serving, "--first-party")
        yield serving


@contextlib.contextmanager
def at_sign_in(browser: Browser, spa: SinglePageApplication) -> Iterator[Tab]:
    """Open the application in a fresh profile and press its button."""
    with spa.opened_by(browser) as tab:
        tab.opens()
        tab.page.evaluate("void manager.signinRedirect()")
        tab.page.wait_for_selector("#login-page")
        yield tab


def test_a_wrong_password_first(browser: Browser, spa: SinglePageApplication, anna: Person) -> None:
    with at_sign_in(browser, spa) as tab:
        tab.fills(username=anna.email, password="this is not the one")
        tab.page.click("#login-submit")
        tab.page.wait_for_selector("[role=alert]")
        tab.fills(password=anna.password)
        tab.page.click("#login-submit")
        tab.is_back()
        assert tab.person()["profile"]["email"] == anna.email


def test_somebody_new_registers_on_the_way(
    browser: Browser, spa: SinglePageApplication, live_server: Server
) -> None:
    person = Person(live_server, "on.the.way@example.com")
    with at_sign_in(browser, spa) as tab:
        tab.page.click("a[href^='/register']")
        tab.fills(email=person.email)
        tab.page.click("#register-submit")
        tab.page.wait_for_selector("#register-sent")
        # In the same tab, where the letter was waited for.
        tab.page.click("a[href^='/login']")
        tab.fills(username=person.email, password=mailed_password(person))
        tab.page.click("#login-submit")
        tab.fills(new_password=PASSWORD)
        tab.page.click("#password-submit")
        tab.is_back()
        assert tab.person()["profile"]["email"] == person.email
        assert tab.complaints == []


def test_whoever_cancels_goes_back_with_an_error(browser: Browser, spa: SinglePageApplication) -> None:
    with at_sign_in(browser, spa) as tab:
        tab.page.click("#login-cancel")
        tab.page.wait_for_url(f"{spa.origin}/callback?error=access_denied&**")
        assert tab.ends().startswith("failed: ErrorResponse: ")


def test_an_answer_by_form_post_reaches_another_site(
    browser: Browser, live_server: Server, anna: Person
) -> None:
    with flask_application() as shop:
        made = new_application(live_server, "--first-party", redirect_uri=shop.home)
        shop.uses(live_server.issuer, made, "openid email", authorize_params={"response_mode": "form_post"})
        with contextlib.closing(browser.new_context()) as context:
            page = context.new_page()
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text))
            page.goto(f"{shop.origin}/sign-in")
            page.fill("#username", anna.email)
            page.fill("#password", anna.password)
            page.click("#login-submit")
            # The form sends itself: a script with the page's nonce presses its button.
            page.wait_for_url(f"{shop.origin}/me")
            assert anna.email in page.inner_text("body")
            assert complaints == []
