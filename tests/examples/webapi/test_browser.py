"""SignalR's own client in Chromium, in an application of another origin."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.examples.webapi.conftest import MT4
from tests.examples.webapi.issuer import Issuer
from tests.examples.webapi.process import WebApi
from tests.support.chromium import chromium
from tests.support.node import package_file

TICKS = """
async ({url, token}) => {
    const heard = [];
    const hub = new signalR.HubConnectionBuilder()
        .withUrl(url, {accessTokenFactory: () => token})
        .configureLogging(signalR.LogLevel.None)
        .build();
    hub.on('OnConnectionStatus', (status) => heard.push(status));
    const ticked = new Promise((resolve) => hub.on('OnTick', resolve));
    try {
        await hub.start();
        await hub.invoke('SubscribeToTicks', 'GBPUSD');
        heard.push((await ticked).symbol);
    } catch (error) {
        heard.push(error.message);
    }
    await hub.stop();
    return heard;
}
"""
CALL = """
async ({url, token}) => {
    const answer = await fetch(url, {headers: {Authorization: `Bearer ${token}`}}).catch((error) => null);
    return answer && [answer.status, answer.headers.get('WWW-Authenticate')];
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    with chromium() as started:
        yield started


class _Application(BaseHTTPRequestHandler):
    """An empty page at every address."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Application</title>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server names it so
        """Say nothing."""


@pytest.fixture(scope="module")
def application(page_port: int) -> Iterator[int]:
    """Serve the application; by which host it is called makes its origin."""
    with ThreadingHTTPServer(("127.0.0.1", page_port), _Application) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield page_port
        server.shutdown()
        thread.join()


def page_at(browser: Browser, host: str, port: int) -> Page:
    """Open the application, with SignalR's script in it."""
    page = browser.new_context().new_page()
    page.goto(f"http://{host}:{port}/")
    page.add_script_tag(path=package_file("@microsoft/signalr/dist/browser/signalr.min.js"))
    return page


def ticks(page: Page, webapi: WebApi, token: str) -> Any:
    """Return what the page hears of a hub."""
    hub = f"{webapi.url}/hubs/mt4/v2?tradePlatform={MT4}"
    return page.evaluate(TICKS, {"url": hub, "token": token})


def test_an_application_of_an_allowed_origin_follows_ticks(
    browser: Browser, application: int, strict: WebApi, issuer: Issuer
) -> None:
    page = page_at(browser, "app.localhost", application)
    assert ticks(page, strict, issuer.token()) == [{"connected": True}, "GBPUSD"]


def test_an_application_of_an_allowed_origin_is_told_why_its_token_is_refused(
    browser: Browser, application: int, strict: WebApi, issuer: Issuer
) -> None:
    page = page_at(browser, "app.localhost", application)
    call = {"url": f"{strict.url}/api/TradePlatforms", "token": issuer.token(aud="orders")}
    status, challenge = page.evaluate(CALL, call)
    assert (status, 'error="invalid_token"' in challenge) == (401, True)
    (problem,) = ticks(page, strict, call["token"])
    assert "Status code '401'" in problem


def test_an_application_of_another_origin_can_not_call(
    browser: Browser, application: int, strict: WebApi, issuer: Issuer
) -> None:
    page = page_at(browser, "evil.localhost", application)
    call = {"url": f"{strict.url}/api/TradePlatforms", "token": issuer.token()}
    assert page.evaluate(CALL, call) is None
    (problem,) = ticks(page, strict, issuer.token())
    assert "Failed to fetch" in problem
