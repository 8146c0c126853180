"""A person walks through two products and the server in a real browser, in every look."""

import re
import time
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser

from tests.examples.toolbox.conftest import Stage
from tests.examples.toolbox.desk import Desk, of_two_organizations
from tests.support.chromium import LOOKS, walking


@pytest.fixture(params=LOOKS)
def desk(request: pytest.FixtureRequest, stage: Stage, browser: Browser) -> Iterator[Desk]:
    """Somebody with two organizations, signed in nowhere."""
    person = of_two_organizations(stage, request.param)
    friends = (stage.server.issuer, stage.analytics.origin)
    with walking(browser, stage.toolbox.origin, request.param, friends=friends) as walk:
        yield Desk(person, walk, stage)


def test_one_sign_in_opens_two_products_and_one_sign_out_closes_both(desk: Desk) -> None:
    walk, stage = desk.walk, desk.stage
    walk.open("/")
    walk.picture("toolbox-home")
    desk.goes_to(stage.toolbox.origin)
    desk.signs_in()
    # In every look it says who it is.
    assert walk.page.is_visible(".who .name")
    assert walk.page.inner_text(".who .name") == "Anna von Berg"
    walk.picture("toolbox-platforms-empty")
    desk.goes_to(stage.analytics.origin)
    # No page of the server in between.
    assert walk.page.url == f"{stage.analytics.origin}/trade-platforms/"
    walk.picture("toolbox-analytics")
    walk.open("/trade-platforms/")
    walk.click("sign-out")
    walk.sees("home-page")
    assert "signed out" in walk.page.inner_text(".note")
    walk.picture("toolbox-signed-out")
    assert desk.is_out(stage.analytics.origin)
    assert desk.is_out(stage.toolbox.origin)
    walk.open("/callback?state=of-somebody-else")
    walk.sees("error-page")
    walk.picture("toolbox-refused")


def test_work_in_an_organization_stays_there(desk: Desk) -> None:
    walk, stage = desk.walk, desk.stage
    desk.goes_to(stage.toolbox.origin)
    desk.signs_in()
    first = desk.organization
    _add_platform(desk)
    desk.goes_to(stage.analytics.origin)
    assert desk.organization == first
    assert "Live server" in walk.page.inner_text("#platforms")
    walk.open("/")
    _switch(desk)
    # Each product has its own active organization.
    walk.page.goto(f"{stage.analytics.origin}/")
    assert desk.organization == first
    walk.open("/")
    assert desk.organization != first
    _invite(desk)
    _create_api_client(desk)


def _add_platform(desk: Desk) -> None:
    desk.walk.fill(name="Live server")
    desk.walk.page.select_option("#type", "MT5")
    desk.walk.click("add-platform")
    assert "Live server" in desk.walk.page.inner_text("#platforms")
    desk.walk.fill(name="Prop desk")
    desk.walk.page.select_option("#type", "MatchTrader")
    desk.walk.click("add-platform")
    desk.walk.picture("toolbox-platforms")


def _switch(desk: Desk) -> None:
    page = desk.walk.page
    page.click("#switcher")
    desk.walk.picture("toolbox-switcher")
    page.click(".menu button:not([aria-current])")
    page.wait_for_selector("text=has no trade platforms yet")
    assert page.url.startswith(desk.stage.toolbox.origin)
    # What the other organization has is not to be seen here.
    assert page.locator("#platforms").count() == 0


def _invite(desk: Desk) -> None:
    page, guest = desk.walk.page, f"guest.{desk.walk.look}@example.com"
    desk.tab("Invitations")
    desk.walk.picture("toolbox-invitations-empty")
    desk.walk.fill(email=guest)
    page.check("text=See trade platforms")
    desk.walk.click("invite")
    assert guest in page.inner_text("#invitations")
    assert "trade_platforms:read" in page.inner_text("#invitations")
    desk.walk.picture("toolbox-invitations")
    desk.tab("Members")
    assert desk.person.email in page.inner_text("main")
    desk.walk.picture("toolbox-members")
    assert _letters_to(desk, guest)


def _letters_to(desk: Desk, recipient: str) -> bool:
    mailbox = f"{desk.stage.server.issuer}/dev/mailbox"
    for _ in range(50):
        if recipient in requests.get(mailbox, timeout=10).text:
            return True
        time.sleep(0.1)
    return False


def _create_api_client(desk: Desk) -> None:
    page = desk.walk.page
    desk.tab("API clients")
    desk.walk.picture("toolbox-api-clients-empty")
    desk.walk.fill(name="Order import")
    page.check("text=See trade platforms")
    desk.walk.click("create-api-client")
    name, secret = page.inner_text("#client-id"), page.inner_text("#client-secret")
    desk.walk.picture("toolbox-api-client-made")
    claims = _token_of(desk, name, secret)
    assert claims["scope"] == "webapi"
    page.reload()
    # Sent again, the form makes nothing, and the secret is not told again.
    assert page.inner_text("#api-client-made") == "Order import"
    assert page.locator("#client-secret").count() == 0
    desk.walk.picture("toolbox-api-client-again")
    desk.tab("API clients")
    assert page.locator("#api-clients li").count() == 1
    assert not re.search("asec_", page.content())
    desk.walk.picture("toolbox-api-clients")
    _delete_api_client(desk)


def _delete_api_client(desk: Desk) -> None:
    page = desk.walk.page
    page.click("summary[aria-label='Delete Order import']")
    assert "no way back" in page.inner_text("#api-clients")
    desk.walk.picture("toolbox-api-client-delete")
    page.click("#api-clients button.danger")
    page.wait_for_selector("text=The API client was deleted.")
    assert page.locator("#api-clients").count() == 0


def _token_of(desk: Desk, name: str, secret: str) -> dict[str, str]:
    answer = requests.post(
        f"{desk.stage.server.issuer}/connect/token",
        data={"grant_type": "client_credentials"},
        auth=(name, secret),
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    said: dict[str, str] = answer.json()
    return said
