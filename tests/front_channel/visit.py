"""A person with a browser who is sent here by an application, and the answer that the application gets."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask

from tests.conformance.person import Stand, forms_in, walk
from tests.front_channel.party import Party, Tokens
from tests.support.browser import Browser, InProcess, Page
from tests.support.people import PASSWORD, Person

CROSS_SITE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Origin": "https://rp.test"}


@dataclass
class Visitor:
    """Somebody with one browser; other tabs of it are just further requests."""

    app: Flask
    browser: Browser
    email: str
    password: str = PASSWORD

    def open(self, path: str) -> Stand:
        """Follow a link, and the redirects behind it, as long as they stay here."""
        return self.at(self.browser.open(path))

    def send(self, party: Party, **parameters: str | None) -> Stand:
        """Come from an application with a request."""
        return self.open(party.request(**parameters))

    def send_by_post(self, party: Party, **parameters: str | None) -> Page:
        """Come from a form of another site; return the answer itself."""
        return Browser(self.app_line()).post(
            "/connect/authorize", CROSS_SITE, **party.parameters(**parameters)
        )

    def app_line(self) -> Any:
        """Return a line without the cookies of this browser: other sites' forms come without them."""
        return type(self.browser.line)(self.app)

    def sign_in(self, stand: Stand, password: str | None = None) -> Stand:
        """Sign in at the form that is shown."""
        assert stand.shows("login-page"), stand.seen
        return stand.press("login-submit", username=self.email, password=password or self.password)

    def code(self, party: Party, **parameters: str | None) -> str:
        """Come from an application, do what is asked, and return the code that the application gets."""
        return answer(self.through(self.send(party, **parameters)))["code"]

    def through(self, stand: Stand) -> Stand:
        """Do what the pages ask: sign in, agree."""
        if stand.shows("login-page"):
            stand = self.sign_in(stand)
        return stand.press("consent-allow") if stand.shows("consent-page") else stand

    def tokens(self, party: Party, **parameters: str | None) -> Tokens:
        """Sign in to an application, all the way."""
        return Tokens.of(party.redeem(self.code(party, **parameters)))

    @property
    def signed_in(self) -> bool:
        """Whether the account page opens."""
        return self.browser.open("/account").status == 200

    def at(self, page: Page) -> Stand:
        """Follow the redirects of an answer, as long as they stay here."""
        origin = str(self.app.config["ISSUER"])
        return walk(self.browser, origin, page)


def visitor(person: Person) -> Visitor:
    """Return a person of the account tests, as somebody who comes from applications."""
    return Visitor(person.app, person.browser, person.email, person.password)


def answer(stand: Stand) -> dict[str, str]:
    """Return what an application gets by redirect or by form; fails while the person is still here."""
    if stand.shows("form-post-page"):
        (form,) = [each for each in forms_in(stand.page) if each.identity == "form-post"]
        return dict(form.hidden)
    assert stand.left_to, stand.seen
    return dict(parse_qsl(urlsplit(stand.left_to).query, keep_blank_values=True, strict_parsing=True))


def went_to(stand: Stand) -> str:
    """Return where outside the person was sent, without what the answer adds."""
    return urlsplit(stand.left_to)._replace(query="").geturl()


def tabs_of(anna: Visitor, twins: tuple[Flask, Flask], count: int) -> list[Visitor]:
    """Return further tabs of a browser, at both instances in turn."""
    tabs = []
    for number in range(count):
        app = twins[number % 2]
        line = InProcess(app)
        for name in ("session", "browser", "form"):
            if value := anna.browser.line.cookie(name):
                line.set_cookie(name, value)
        tabs.append(Visitor(app, Browser(line), anna.email))
    return tabs
