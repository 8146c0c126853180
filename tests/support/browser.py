"""A browser without a window: cookies, forms, redirects; straight into an application or over HTTP."""

import html
import re
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import requests
from flask import Flask
from requests.structures import CaseInsensitiveDict

HIDDEN = re.compile(r"<input[^>]*type=\"?hidden\"?[^>]*>")
GOING_ON = re.compile(r'<meta http-equiv="refresh" content="0;url=([^"]*)">')
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36"


@dataclass(frozen=True)
class Page:
    """One answer."""

    status: int
    headers: CaseInsensitiveDict[str]
    text: str = field(repr=False)
    path: str = ""

    @property
    def location(self) -> str:
        """Where a redirect leads, or a page that leads on by itself because a form led to it."""
        going_on = GOING_ON.search(self.text) if self.status == 200 else None
        return html.unescape(going_on[1]) if going_on else self.headers.get("Location", "")

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page's first form."""
        return {_attribute(tag, "name"): _attribute(tag, "value") for tag in HIDDEN.findall(self.text)}

    def shows(self, identity: str) -> bool:
        """Return whether an element has an id."""
        return re.search(rf"\bid=\"?{re.escape(identity)}[\"\s>]", self.text) is not None


class Line(Protocol):
    """How a browser reaches a server."""

    def send(self, method: str, path: str, data: dict[str, str] | None, headers: dict[str, str]) -> Page:
        """Send one request and return its answer, without following redirects."""


class InProcess:
    """Straight into an application."""

    def __init__(self, app: Flask, source: str = "127.0.0.1") -> None:
        self._client = app.test_client()
        self.source = source

    def move(self, app: Flask) -> None:
        """Go on at another instance, with the same cookies."""
        self._client.application = app

    def send(self, method: str, path: str, data: dict[str, str] | None, headers: dict[str, str]) -> Page:
        answer = self._client.open(
            path, method=method, data=data, headers=headers, environ_base={"REMOTE_ADDR": self.source}
        )
        return Page(
            answer.status_code, CaseInsensitiveDict(answer.headers), answer.get_data(as_text=True), path
        )

    def cookie(self, name: str) -> str | None:
        """Return the value of a cookie."""
        found = self._client.get_cookie(name)
        return found.value if found else None

    def set_cookie(self, name: str, value: str) -> None:
        """Plant a cookie."""
        self._client.set_cookie(name, value)


class OverHttp:
    """Over a socket."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._session = requests.Session()

    def send(self, method: str, path: str, data: dict[str, str] | None, headers: dict[str, str]) -> Page:
        answer = self._session.request(
            method, urljoin(self.origin, path), data=data, headers=headers, allow_redirects=False, timeout=30
        )
        return Page(answer.status_code, CaseInsensitiveDict(answer.headers), answer.text, path)

    def cookie(self, name: str) -> str | None:
        """Return the value of a cookie."""
        return self._session.cookies.get(name)

    def set_cookie(self, name: str, value: str) -> None:
        """Plant a cookie."""
        self._session.cookies.set(name, value)


class Browser:
    """What a person does: opens pages, fills forms in, follows where they lead."""

    def __init__(self, line: Line, user_agent: str = CHROME) -> None:
        self.line: Any = line
        self._headers = {"User-Agent": user_agent, "Accept": "text/html"}

    def open(self, path: str, **headers: str) -> Page:
        """Return a page without following redirects."""
        return self.line.send("GET", path, None, self._headers | headers)  # type: ignore[no-any-return]

    def follow(self, path: str) -> Page:
        """Return a page, and where it leads."""
        page = self.open(path)
        for _ in range(10):
            if page.status not in (301, 302, 303):
                return page
            page = self.open(_path(page))
        raise AssertionError(f"redirects without end at {page.path}")

    def post(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> Page:
        """Post fields as they are, without looking for a form."""
        return self.line.send("POST", path, fields, self._headers | (headers or {}))  # type: ignore[no-any-return]

    def submit(self, path: str, action: str | None = None, **fields: str) -> Page:
        """Open a page, fill its form in and send it; return the answer itself."""
        return self.post(action or path, **(self.open(path).hidden | fields))

    def go(self, path: str, action: str | None = None, **fields: str) -> Page:
        """Open a page, fill its form in, send it, and follow where it leads."""
        page = self.submit(path, action, **fields)
        return self.follow(_path(page)) if page.status in (301, 302, 303) else page

    def register(self, email: str) -> Page:
        """Register an address."""
        return self.go("/register", email=email)

    def sign_in(self, email: str, password: str, path: str = "/login") -> Page:
        """Sign in, and follow where it leads."""
        return self.go(path, username=email, password=password)

    def choose(self, password: str) -> Page:
        """Choose the first password."""
        return self.go("/password/choose", new_password=password)


def _path(page: Page) -> str:
    parts = urlsplit(urljoin(f"http://browser{page.path}", page.location))
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"\b{name}=\"([^\"]*)\"", tag)
    return html.unescape(found[1]) if found else ""
