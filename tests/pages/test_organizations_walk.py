"""An Administrator runs an organization: invites a stranger, makes an API client, gets a token with it."""

import shutil
import subprocess

import orjson
import pytest
import requests
from cplugin_webapi_sdk import CPluginWebApiClient
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError

from tests.interop.resource_server import TRADE_PLATFORM, resource_server
from tests.pages.test_walk import newest_letter
from tests.support.chromium import LOOKS, Walk, walking
from tests.support.node import Node
from tests.support.people import OTHER_PASSWORD, PASSWORD, link_in, password_in
from tests.support.server import Server

CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest.fixture(scope="module", autouse=True)
def _permissions(site: Server) -> None:
    for name, description in (
        ("trade_platforms:manage", "Add, change and remove trade platforms"),
        ("billing:read", "See invoices and payments"),
    ):
        site.run("resources", "permissions", "add", "webapi", name, description)


@pytest.mark.parametrize("look", LOOKS)
def test_an_administrator_invites_a_stranger_and_makes_an_api_client(
    site: Server, browser: Browser, node: Node, look: str
) -> None:
    with walking(browser, site.issuer, look, permissions=CLIPBOARD) as walk:
        come_in(walk, f"olga.{look}@example.com")
        _found(walk, f"Northwind {look.title()}")
        _invite(walk, site, browser, look)
        _make_api_client(walk, node)
        _look_after_secrets(walk)
        _settings(walk)


def come_in(walk: Walk, email: str) -> None:
    """Register, and choose a password."""
    walk.open("/register")
    walk.fill(email=email)
    walk.click("register-submit")
    letter = newest_letter(walk, email, "password")
    walk.open("/login")
    walk.fill(username=email, password=password_in(letter))
    walk.click("login-submit")
    walk.fill(new_password=PASSWORD)
    walk.click("password-submit")


def _found(walk: Walk, name: str) -> None:
    walk.open("/organizations")
    walk.picture("organizations")
    walk.click("organization-new")
    walk.fill(slug="Not a slug")
    walk.page.eval_on_selector("form:has(#slug)", "form => form.noValidate = true")
    walk.click("organization-submit")
    walk.picture("organization-new-refused")
    walk.fill(name=name, slug="")
    walk.click("organization-submit")
    walk.sees("organization-page")
    walk.picture("organization")
    walk.click("switcher")
    walk.picture("switcher")
    walk.page.click(".menu form button")
    walk.sees("organization-page")
    assert name not in walk.page.inner_text("h1")
    walk.click("switcher")
    walk.page.click(f".menu form button:has-text('{name}')")
    assert name in walk.page.inner_text("h1")


def _invite(walk: Walk, site: Server, browser: Browser, look: str) -> None:
    email = f"peter.{look}@example.com"
    walk.page.click("nav >> text=Invitations")
    walk.picture("invitations-empty")
    walk.click("invitation-new")
    walk.fill(email=email)
    walk.page.check("text=See invoices and payments")
    walk.page.check("text=Invite people")
    walk.picture("invite")
    walk.click("invite-submit")
    walk.sees("invitations-page")
    back = walk.page.url.removeprefix(walk.origin)
    letter = newest_letter(walk, email, "/invitations/")
    walk.open(back)
    walk.picture("invitations")
    with walking(browser, site.issuer, look) as other:
        other.open(link_in(letter, site.issuer))
        other.fill(new_password=OTHER_PASSWORD)
        other.click("invitation-accept")
        other.page.click("main >> text=Northwind")
        other.picture("organization-as-member")
    walk.page.click("nav >> text=Members")
    walk.picture("members")
    walk.page.click(f"text={email}")
    walk.picture("member")
    walk.page.check("#role-administrator")
    assert not walk.page.locator("#permissions").is_visible()
    walk.page.check("#role-member")
    walk.page.check("text=Add, change and remove trade platforms")
    walk.click("member-submit")
    walk.sees("members-page")
    assert "3 permissions" in walk.page.inner_text("main")
    walk.page.click(f"text={email}")
    walk.click("member-remove")
    walk.picture("member-remove")


def _make_api_client(walk: Walk, node: Node) -> None:
    walk.page.click("nav >> text=API clients")
    walk.picture("api-clients-empty")
    walk.click("api-client-new")
    walk.fill(name="Nightly reports")
    walk.page.check("text=See invoices and payments")
    walk.picture("api-client-new")
    walk.click("api-client-submit")
    walk.sees("api-client-secret-page")
    walk.picture("api-client-secret")
    secret = walk.page.inner_text("#client-secret")
    walk.page.click("#client-secret + button")
    copied = walk.page.evaluate("navigator.clipboard.readText()")
    assert copied == secret
    _get_token(walk, walk.page.inner_text("#client-id"), copied)
    _use_sdks(walk, node, walk.page.inner_text("#client-id"), copied)
    walk.page.reload()
    walk.sees("made-already-page")
    walk.picture("api-client-made-already")
    assert secret not in walk.page.content()
    walk.page.click("main >> text=Go to the API client")
    walk.sees("api-client-page")
    here = walk.page.url
    # The browser kept nothing: it would have to send the form again, and asks whether it may.
    with pytest.raises(PlaywrightError, match="ERR_CACHE_MISS"):
        walk.page.go_back()
    walk.page.wait_for_url("chrome-error://**")
    walk.page.goto(here)


def _get_token(walk: Walk, client_id: str, secret: str) -> None:
    command = walk.page.inner_text("#curl")
    assert secret in command
    answer = requests.post(
        f"{walk.origin}/connect/token",
        data={"grant_type": "client_credentials"},
        auth=(client_id, secret),
        timeout=10,
    )
    assert answer.json()["token_type"] == "Bearer"
    if shutil.which("curl"):
        # Word for word what a person pastes.
        said = subprocess.run(command, shell=True, capture_output=True, check=True).stdout  # noqa: S602 - our own page's words
        assert orjson.loads(said)["access_token"]


def _use_sdks(walk: Walk, node: Node, client_id: str, secret: str) -> None:
    """Call an API by the published SDKs, with the options that the page shows and what was copied from it."""
    assert f"clientId: '{client_id}'" in walk.page.inner_text("#snippet-javascript")
    with resource_server(walk.origin) as webapi:
        outcome = node.run(
            "sdk.mjs", ISSUER=walk.origin, API=webapi.url, CLIENT_ID=client_id, CLIENT_SECRET=secret
        )
        assert outcome["platforms"] == [TRADE_PLATFORM], outcome
        with CPluginWebApiClient(
            env="custom",
            api_base_url=webapi.url,
            authority=walk.origin,
            client_id=client_id,
            client_secret=secret,
        ) as client:
            assert [each["id"] for each in client.list_trade_platforms()] == [TRADE_PLATFORM]
        assert {claims["client_id"] for claims in webapi.accepted} == {client_id}
        assert {tuple(claims["permissions"]) for claims in webapi.accepted} == {("billing:read",)}
        assert not webapi.refused


def _look_after_secrets(walk: Walk) -> None:
    walk.page.goto(walk.page.url.split("/api-clients")[0] + "/api-clients")
    walk.picture("api-clients")
    walk.page.click("text=Nightly reports")
    walk.click("secret-new")
    walk.fill(label="spring")
    walk.picture("secret-new")
    walk.click("secret-submit")
    walk.click("secret-kept")
    walk.sees("api-client-page")
    walk.page.wait_for_timeout(100)
    walk.picture("api-client")
    walk.page.click("a[aria-label='Revoke the secret spring']")
    walk.picture("secret-revoke")
    walk.click("revoke-submit")
    assert "spring" not in walk.page.inner_text("section[aria-labelledby=secrets]")
    walk.click("api-client-edit")
    walk.picture("api-client-edit")
    walk.page.go_back()
    walk.click("api-client-toggle")
    walk.picture("api-client-disabled")
    walk.click("api-client-delete")
    walk.fill(confirm="nightly")
    walk.click("delete-submit")
    walk.picture("api-client-delete")
    walk.fill(confirm="Nightly reports")
    walk.click("delete-submit")
    walk.sees("api-clients-page")


def _settings(walk: Walk) -> None:
    walk.page.click("nav >> text=Audit")
    walk.picture("audit")
    walk.page.click("nav >> text=Settings")
    walk.picture("settings")
    walk.click("settings-delete")
    walk.picture("organization-delete")
    walk.fill(confirm=walk.page.inner_text("#confirm-hint"))
    walk.click("delete-submit")
    walk.sees("organizations-page")
