"""The person whom a relying party sends to the provider, with a browser that behaves as Chrome does."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from tests.support.browser import Browser, Page

REDIRECTS = (301, 302, 303)


@dataclass(frozen=True)
class Person:
    """Somebody with an account, and all that they are."""

    email: str
    password: str
    claims: dict[str, object] = field(hash=False)
    """What userinfo says of them, by the names of OpenID Connect Core section 5.1."""


@dataclass
class Form:
    """One form of a page: where it goes, and what stands in it."""

    action: str
    method: str
    identity: str
    hidden: list[tuple[str, str]] = field(default_factory=list)
    buttons: dict[str, dict[str, str]] = field(default_factory=dict)
    """What each button adds, by its id."""


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._open = True
            form = Form(named.get("action", ""), named.get("method", "get"), named.get("id", ""))
            self.found.append(form)
        elif self._open and tag == "input" and named.get("type") == "hidden":
            self.found[-1].hidden.append((named["name"], named.get("value", "")))
        elif self._open and tag == "button":
            adds = {named["name"]: named.get("value", "")} if "name" in named else {}
            self.found[-1].buttons[named.get("id", "")] = adds

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "form"


def forms_in(page: Page) -> list[Form]:
    """Return the forms of a page."""
    reader = _Forms()
    reader.feed(page.text)
    return reader.found


@dataclass(frozen=True)
class Stand:
    """Where a person stands: at a page of the provider, or on the way out to a relying party."""

    browser: Browser
    origin: str
    page: Page

    def shows(self, identity: str) -> bool:
        """Return whether a page with such an element is shown."""
        return not self.left_to and self.page.shows(identity)

    @property
    def left_to(self) -> str:
        """The address outside to which the provider leads; an empty text while the person is inside."""
        if not self.page.location:
            return ""
        address = urljoin(urljoin(self.origin, self.page.path), self.page.location)
        return "" if origin_of(address) == self.origin else address

    @property
    def seen(self) -> str:
        """What the person sees or where they are sent, for the message of a test that fails."""
        content = re.sub(r"<[^>]+>", " ", self.page.text.partition("<main")[2])
        return f"{self.page.status} {self.left_to or ' '.join(content.split())[:400]}"

    def press(self, button: str, **typed: str) -> "Stand":
        """Fill in the form of a button, press it, and go where that leads."""
        form = next(form for form in forms_in(self.page) if button in form.buttons)
        assert form.method == "post"
        action = urljoin(urljoin(self.origin, self.page.path), form.action)
        fields = dict(form.hidden) | form.buttons[button] | typed
        stand = walk(self.browser, self.origin, self.browser.post(action, None, **fields))
        if stand.left_to:
            # Chromium holds all redirects after a form against the page's policy, those of other sites too:
            # the chain has to end here.
            assert stand.page.status == 200
            assert form_action_of(self.page) == ["'self'"]
        return stand


def walk(browser: Browser, origin: str, page: Page) -> Stand:
    """Follow redirects for as long as they stay at the provider."""
    for _ in range(10):
        stand = Stand(browser, origin, page)
        if page.status not in REDIRECTS or stand.left_to:
            return stand
        page = browser.open(urljoin(urljoin(origin, page.path), page.location))
    raise AssertionError(f"redirects without end at {page.path}")


def form_action_of(page: Page) -> list[str]:
    """Return where the forms of a page may lead, by its Content-Security-Policy."""
    found = re.search(r"form-action ([^;]*)", page.headers.get("Content-Security-Policy", ""))
    return found[1].split() if found else []


def origin_of(address: str) -> str:
    """Return the origin of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
