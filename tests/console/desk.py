"""Somebody in an organization who is signed in, in front of a browser."""

import html
import re
from dataclasses import dataclass

from flask import Flask

from authserver.accounts import sessions
from authserver.accounts.account import Account, Browser
from authserver.accounts.passwords import Passwords
from authserver.accounts.store import accounts
from authserver.organizations.permissions import Rights, Role
from authserver.web.unit_of_work import UnitOfWork
from tests.organizations.workspace import Workspace, somebody
from tests.support.browser import Page
from tests.support.people import PASSWORD, stranger

HOSTILE = "<script>alert(1)</script>\"'{{7*7}}"
"""A name that must stay text."""


@dataclass
class Desk:
    """A person, the organization they work in, and their browser."""

    acme: Workspace
    account: Account

    def __post_init__(self) -> None:
        """Sign in, without the pages."""
        self.browser = stranger(self.acme.app)
        settings = self.acme.app.extensions["settings"]
        with UnitOfWork(self.acme.app):
            _session, handle = sessions.start(
                settings, self.account.id, "full", Browser("127.0.0.1", "127.0.0.1", "Firefox")
            )
        self.browser.line.set_cookie("session", handle)

    @property
    def app(self) -> Flask:
        """The application."""
        return self.acme.app

    @property
    def rights(self) -> Rights | None:
        """What was granted to the person."""
        return self.acme.granted(self.account)

    def path(self, rest: str = "") -> str:
        """Return the path of a page of the organization."""
        return f"/organizations/{self.acme.organization.slug}{rest}"

    def open(self, rest: str = "") -> Page:
        """Open a page of the organization."""
        return self.browser.open(self.path(rest))

    def post(self, rest: str, form: str | None = None, **fields: object) -> Page:
        """Send what a page of the organization holds and some fields; `form` is the page with the form."""
        return self.send(self.path(rest), None if form is None else self.path(form), **fields)

    def send(self, path: str, form: str | None = None, **fields: object) -> Page:
        """The same by whole paths."""
        page = self.browser.open(form or path)
        assert page.status == 200, page.text
        return self.browser.post(path, None, **(form_of(page, path) | fields))  # type: ignore[arg-type] # lists as well


def form_of(page: Page, action: str) -> dict[str, str]:
    """Return the hidden fields of the form that leads to an address, else of the first one."""
    found = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page.text, re.DOTALL)
    return Page(200, page.headers, found[0]).hidden if found else page.hidden


def desk(acme: Workspace, role: Role = "member", *permissions: str, email: str | None = None) -> Desk:
    """Make somebody with rights in an organization."""
    return Desk(acme, acme.put(role, *permissions, email=email))


def outsider(acme: Workspace) -> Desk:
    """Make somebody who does not belong to the organization."""
    return Desk(acme, somebody(acme.app))


def give_password(who: Desk, password: str = PASSWORD) -> None:
    """Let somebody have a real password."""
    passwords: Passwords = who.app.extensions["accounts"].passwords
    hashed = passwords.hash(password)
    with UnitOfWork(who.app):
        accounts.set_password(who.account.id, hashed, who.account.created_at)


def shows(page: Page, text: str) -> bool:
    """Return whether a page shows a text as text."""
    return html.escape(text) in page.text.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")
