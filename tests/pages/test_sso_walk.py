"""A person comes from an application, and goes back to it: sign-in, consent, applications, sign-out."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser

from tests.pages.test_walk import newest_letter
from tests.support.chromium import LOOKS, Walk, walking
from tests.support.people import PASSWORD, password_in
from tests.support.server import Server

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SCOPES = ("openid", "profile", "email", "offline_access", "webapi")


class Handler(BaseHTTPRequestHandler):
    """An application that says hello at another origin than its callback's."""

    def do_GET(self) -> None:
        if self.path.startswith("/cb"):
            self.send_response(303)
            self.send_header("Location", f"{home_of(self.server.server_port)}/in{self.path[3:]}")  # type: ignore[attr-defined] # the server has one
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Toolbox</title><link rel=icon href=data:,><p id=hello>hello")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def home_of(port: int) -> str:
    """Return the origin at which people stay in the application."""
    return f"http://localhost:{port}"


@dataclass
class Toolbox:
    """An application with a callback on one origin and its pages on another."""

    origin: str
    home: str
    client_id: str

    @property
    def origins(self) -> tuple[str, str]:
        """Where a browser gets on the way."""
        return self.origin, self.home

    def asks(self, **more: str) -> str:
        """Return the path of its authorization request."""
        usual = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": f"{self.origin}/cb",
            "scope": " ".join(SCOPES),
            "state": "some state",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return f"/connect/authorize?{urlencode(usual | more)}"


@pytest.fixture(scope="module")
def toolbox(site: Server) -> Iterator[Toolbox]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}"
    scopes = [part for scope in SCOPES for part in ("--scope", scope)]
    made = site.json(
        "applications", "create", "--name", "Toolbox", "--public", "--third-party",
        "--redirect-uri", f"{origin}/cb", "--post-logout-redirect-uri", f"{origin}/bye",
        "--policy-uri", "https://toolbox.test/privacy", "--tos-uri", "https://toolbox.test/terms", *scopes,
    )  # fmt: skip
    yield Toolbox(origin, home_of(server.server_port), made["client_id"])
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("look", LOOKS)
def test_a_newcomer_of_an_application_ends_up_in_it(
    site: Server, browser: Browser, toolbox: Toolbox, look: str
) -> None:
    email = f"berta.{look}@example.com"
    with walking(browser, site.issuer, look, friends=toolbox.origins) as walk:
        walk.open(toolbox.asks(state="first"))
        walk.sees("client-name")
        walk.picture("sso-login")
        walk.page.click("text=Create your account")
        walk.fill(email=email)
        walk.click("register-submit")
        letter = newest_letter(walk, email, "password")
        walk.open("/login")
        walk.fill(username=email, password=password_in(letter))
        walk.click("login-submit")
        walk.fill(new_password=PASSWORD)
        walk.click("password-submit")
        walk.sees("consent-page")
        walk.picture("sso-consent")
        walk.click("consent-allow")
        _is_back(walk, toolbox)
        assert "state=first" in walk.page.url
        _look_around(walk, toolbox)


def _is_back(walk: Walk, toolbox: Toolbox) -> None:
    walk.page.wait_for_selector("#hello")
    assert walk.page.url.startswith(toolbox.home), walk.page.url


def _look_around(walk: Walk, toolbox: Toolbox) -> None:
    walk.open(toolbox.asks(prompt="login"))
    walk.fill(password=PASSWORD)
    walk.click("login-submit")
    # What was agreed to is remembered: straight back, from the sign-in form to another origin.
    _is_back(walk, toolbox)
    walk.open(toolbox.asks(response_mode="form_post", prompt="none"))
    _is_back(walk, toolbox)
    walk.open("/account/applications")
    walk.picture("account-applications")
    walk.open(toolbox.asks(redirect_uri="https://elsewhere.test/cb"))
    walk.sees("error-page")
    walk.picture("sso-error")
    walk.open("/connect/endsession")
    walk.sees("logout-page")
    walk.picture("sso-logout")
    walk.open("/account/applications")
    walk.page.click("text=Withdraw")
    walk.picture("account-applications-none")
    walk.open(toolbox.asks())
    walk.sees("consent-page")
    walk.click("consent-deny")
    _is_back(walk, toolbox)
    assert "error=access_denied" in walk.page.url


def test_the_way_through_an_application_works_without_scripts(
    site: Server, browser: Browser, toolbox: Toolbox
) -> None:
    email = "plain.berta@example.com"
    options = {"java_script_enabled": False, "friends": toolbox.origins}
    with walking(browser, site.issuer, "light", **options) as walk:
        walk.open(toolbox.asks(response_mode="form_post"))
        walk.page.click("text=Create your account")
        walk.fill(email=email)
        walk.click("register-submit")
        letter = newest_letter(walk, email, "password")
        walk.open("/login")
        walk.fill(username=email, password=password_in(letter))
        walk.click("login-submit")
        walk.fill(new_password=PASSWORD)
        walk.click("password-submit")
        walk.click("consent-allow")
        walk.sees("form-post-submit")
        walk.page.screenshot(path="build/screenshots/sso-form-post.png")
        walk.click("form-post-submit")
        _is_back(walk, toolbox)
