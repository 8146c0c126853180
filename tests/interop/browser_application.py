"""A single-page application: static files on an origin of its own, the published bundle of oidc-client-ts."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.interop.applications import PERSONAL, new_application
from tests.interop.people import Person
from tests.support.node import package_file
from tests.support.server import ROOT, Server

_FILES = ROOT / "tests" / "interop" / "spa"
_PAGES = ("/", "/callback", "/silent", "/goodbye")


class SinglePageApplication(ThreadingHTTPServer):
    """Serves the same page at every address; what it knows of the server stands in `settings`."""

    def __init__(self, host: str) -> None:
        """Listen on a free port; browsers call it by a name of the loopback interface."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.origin = f"http://{host}:{self.server_port}"
        self.settings: dict[str, Any] = {}
        self.files = {
            "/oidc-client-ts.js": package_file(
                "oidc-client-ts/dist/browser/oidc-client-ts.min.js"
            ).read_bytes(),
            "/app.js": (_FILES / "app.js").read_bytes(),
            **dict.fromkeys(_PAGES, (_FILES / "index.html").read_bytes()),
        }

    @contextlib.contextmanager
    def opened_by(self, browser: Browser) -> "Iterator[Tab]":
        """Open a tab in a fresh profile of a browser, until the block ends."""
        context = browser.new_context()
        context.set_default_timeout(15_000)
        try:
            yield Tab(self, context)
        finally:
            context.close()

    def uses(self, issuer: str, client_id: str, scope: str) -> None:
        """Connect it with the server, as its developer would."""
        self.settings = {
            "authority": issuer,
            "client_id": client_id,
            "redirect_uri": f"{self.origin}/callback",
            "silent_redirect_uri": f"{self.origin}/silent",
            "post_logout_redirect_uri": f"{self.origin}/goodbye",
            "scope": scope,
            "loadUserInfo": True,
        }


class _Handler(BaseHTTPRequestHandler):
    server: SinglePageApplication

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/settings.json":
            self._answer(json.dumps(self.server.settings).encode(), "application/json")
        elif path in self.server.files:
            kind = "text/javascript" if path.endswith(".js") else "text/html; charset=utf-8"
            self._answer(self.server.files[path], kind)
        else:
            self.send_error(404)

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server names it so
        """Say nothing; tests ask the browser."""


@contextlib.contextmanager
def single_page_application(host: str = "localhost") -> Iterator[SinglePageApplication]:
    """Serve in a thread until the block ends."""
    with SinglePageApplication(host) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def register(server: Server, spa: SinglePageApplication, *more: str, cors: bool = True) -> None:
    """Register it at the server as a public application, and tell it so."""
    made = new_application(
        server,
        "--public",
        "--redirect-uri", f"{spa.origin}/silent",
        "--post-logout-redirect-uri", f"{spa.origin}/goodbye",
        *(("--cors-origin", spa.origin) if cors else ()),
        *more,
        redirect_uri=f"{spa.origin}/callback",
    )  # fmt: skip
    spa.uses(server.issuer, made.client_id, " ".join(PERSONAL))


@dataclass
class Tab:
    """The application in a tab of a real browser; `complaints` are what the console called errors."""

    spa: SinglePageApplication
    context: BrowserContext
    page: Page = field(init=False)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def opens(self) -> None:
        """Open the start page."""
        self.page.goto(self.spa.origin)
        self.is_ready()

    def is_ready(self) -> None:
        """Wait until the application has handled the address that it was opened with."""
        state = self.ends()
        assert state == "ready", f"{state} at {self.page.url}: {self.complaints}"

    def ends(self) -> str:
        """Return `ready`, or how the start failed."""
        self.page.wait_for_function("document.getElementById('state')?.textContent !== 'starting'")
        return self.page.inner_text("#state")

    def signs_in(self, person: Person, *, consent: bool = False) -> None:
        """Press its button, and fill in the pages of the server, until the browser is back."""
        self.asks(person, consent=consent)
        self.is_ready()

    def asks(self, person: Person, *, consent: bool = False) -> None:
        """Do the same, whatever the application makes of the answer."""
        self.opens()
        self.page.evaluate("void manager.signinRedirect()")
        self.fills(username=person.email, password=person.password)
        self.page.click("#login-submit")
        if consent:
            self.page.click("#consent-allow")
        self.page.wait_for_url(f"{self.spa.origin}/callback?**")

    def fills(self, **fields: str) -> None:
        """Type into fields of a page of the server, by their ids (with `_` for `-`)."""
        for name, value in fields.items():
            self.page.fill(f"#{name.replace('_', '-')}", value)

    def is_back(self) -> None:
        """Wait until the browser is back at the application, and it has taken the answer."""
        self.page.wait_for_url(f"{self.spa.origin}/callback?**")
        self.is_ready()

    def signs_out(self) -> None:
        """Press its button, and wait until the browser is back."""
        self.page.evaluate("void manager.signoutRedirect({ state: 'until we meet again' })")
        self.page.wait_for_url(f"{self.spa.origin}/goodbye?state=**")
        self.is_ready()

    def person(self) -> Any:
        """Return who is signed in, as far as the application knows."""
        return self.page.evaluate("person()")

    def tries(self, act: str) -> Any:
        """Let the application do something; return the error, None when it was done."""
        return self.page.evaluate(f"attempt(acts.{act})")

    def _note(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(text)
