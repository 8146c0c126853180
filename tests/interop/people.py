"""A person with a browser, on the way between applications and the server over real HTTP."""

import itertools
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urljoin, urlsplit

from tests.support.browser import Browser, OverHttp, Page
from tests.support.patience import attempts
from tests.support.people import PASSWORD, password_in
from tests.support.server import Server

NAME = "Anna von Berg"
_numbers = itertools.count(1)


@dataclass
class Person:
    """Somebody who has an account, and a browser of their own."""

    server: Server
    email: str
    password: str = PASSWORD
    browser: Browser = field(init=False)

    def __post_init__(self) -> None:
        self.browser = Browser(OverHttp(self.server.issuer))

    def elsewhere(self) -> "Person":
        """Return the same person in front of another browser, where nobody is signed in."""
        return Person(self.server, self.email, self.password)

    def goes(self, address: str, home: str, *, decision: str = "allow") -> str:
        """Go where an address leads, sign in and decide where asked; return the first address at `home`."""
        for _ in range(12):
            if address.startswith(home):
                return address
            page = self.browser.open(address)
            if page.shows("login-page"):
                page = self._send("/login", page, username=self.email, password=self.password)
            elif page.shows("consent-page"):
                page = self._send("/consent", page, decision=decision)
            assert page.location, f"{page.status} at {address}: {page.text}"
            address = urljoin(self._absolute(page.path), page.location)
        raise AssertionError(f"{home} is never reached")

    def _send(self, action: str, page: Page, **fields: str) -> Page:
        return self.browser.post(self._absolute(action), **(page.hidden | fields))

    def _absolute(self, path: str) -> str:
        return urljoin(self.server.issuer, path)


def newcomer(server: Server) -> Person:
    """Register somebody who has a name, a confirmed address and a password, and is signed in nowhere."""
    person = Person(server, f"interop{next(_numbers)}@example.com")
    person.browser.register(person.email)
    person.browser.sign_in(person.email, mailed_password(person))
    person.browser.choose(person.password)
    person.browser.go("/account/profile", name=NAME)
    return person.elsewhere()


def query(address: str) -> dict[str, str]:
    """Return the parameters of an address; each must be there once."""
    parameters = parse_qs(urlsplit(address).query, keep_blank_values=True, strict_parsing=True)
    assert all(len(values) == 1 for values in parameters.values()), address
    return {name: value for name, (value,) in parameters.items()}


def mailed_password(person: Person) -> str:
    """Return the password in the letter to somebody who registered."""
    for _ in attempts():
        mailbox = person.browser.open("/dev/mailbox").text
        letters = re.findall(r"href=\"(/dev/mailbox/[^\"]+)\"", mailbox)
        for text in (person.browser.open(letter).text for letter in letters):
            if person.email in text:
                return password_in(text)
    raise AssertionError(f"there is no letter to {person.email}")
