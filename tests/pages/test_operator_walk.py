"""An operator looks after the server: every page of the operator's console, and an act."""

import pytest
from playwright.sync_api import Browser

from tests.pages.test_organizations_walk import come_in
from tests.support.chromium import LOOKS, Walk, walking
from tests.support.people import PASSWORD
from tests.support.server import Server

PAGES = ("", "accounts", "organizations", "applications", "resources", "keys", "mail", "audit")


@pytest.mark.parametrize("look", LOOKS)
def test_an_operator_looks_after_the_server(site: Server, browser: Browser, look: str) -> None:
    email, other = f"otto.{look}@example.com", f"paula.{look}@example.com"
    site.run("accounts", "create", other)
    site.run(
        "applications", "create", "--name", f"Toolbox {look}", "--public",
        "--redirect-uri", "https://toolbox.test/cb", "--scope", "openid",
    )  # fmt: skip
    with walking(browser, site.issuer, look) as walk:
        come_in(walk, email)
        # Rights over the server end the sessions so far.
        site.run("accounts", "grant-operator", email)
        walk.open("/login")
        walk.fill(username=email, password=PASSWORD)
        walk.click("login-submit")
        walk.picture("home-operator")
        for name in PAGES:
            walk.open(f"/admin/{name}".rstrip("/"))
            walk.picture(f"admin-{name or 'overview'}")
        _disable(walk, other)
        for path in ("organizations/acme", "organizations/acme/permissions", "resources/webapi"):
            walk.open(f"/admin/{path}")
            walk.picture(f"admin-{path.replace('/', '-')}")
        _members(walk, email)
        walk.open("/admin/applications")
        walk.page.click(f"text=Toolbox {look}")
        walk.picture("admin-application")
        walk.click("act-delete")
        walk.picture("admin-application-delete")
        walk.open("/admin/keys")
        walk.page.click("main >> text=Rotate the keys")
        walk.picture("admin-keys-rotate")


def _members(walk: Walk, email: str) -> None:
    """Look after the members of an organization, whose last Administrator stays."""
    walk.open(f"/admin/accounts?search={email}")
    walk.page.click(f"main .entries >> text={email}")
    walk.page.click("section:has(#links) a")
    walk.page.click("main .acts >> text=Members")
    walk.picture("admin-members")
    walk.page.click(f"main .entries >> text={email}")
    walk.picture("admin-member")
    walk.click("member-submit")
    walk.picture("admin-members-changed")
    walk.page.click(f"main .entries >> text={email}")
    walk.page.check("#role-member")
    walk.page.check("#permission-audit-read")
    walk.click("member-submit")
    walk.picture("admin-member-refused")
    walk.click("member-remove")
    walk.picture("admin-member-remove")
    walk.click("act-submit")
    walk.picture("admin-member-remove-refused")


def _disable(walk: Walk, email: str) -> None:
    walk.open("/admin/accounts")
    walk.fill(search=email[:5])
    walk.page.click("text=Search")
    walk.page.click(f"text={email}")
    walk.picture("admin-account")
    walk.click("act-disable")
    walk.picture("admin-account-disable")
    walk.click("act-submit")
    walk.sees("act-enable")
    walk.picture("admin-account-disabled")
