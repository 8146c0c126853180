"""Toolbox beside a stand-in that can lie, and two products beside the real server."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.examples.toolbox.products import Product, product
from tests.examples.toolbox.standin import Serving, Standin, serving
from tests.support.chromium import chromium
from tests.support.server import Server, free_port, new_server

SECRET = "a secret of one product, long enough"


@pytest.fixture(scope="session")
def stood_in() -> Iterator[Serving]:
    """Where the stand-ins answer."""
    with serving() as running:
        yield running


@pytest.fixture
def standin(stood_in: Serving) -> Standin:
    """A provider that says what the test wants, and was asked nothing yet."""
    return stood_in.anew()


@pytest.fixture(scope="session")
def toolbox(stood_in: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Toolbox that trusts the stand-in."""
    folder = tmp_path_factory.mktemp("toolbox")
    with product(folder, stood_in.standin.issuer, free_port(), SECRET) as running:
        yield running


@dataclass(frozen=True)
class Stage:
    """The server with two products."""

    server: Server
    toolbox: Product
    analytics: Product


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The real server, everything registered as the demo registers it, and two products."""
    folder = tmp_path_factory.mktemp("stage")
    first, second = free_port(), free_port()
    server = new_server(
        folder / "server",
        AUTHSERVER_MAILS_PER_SOURCE_PER_HOUR="1000",
        AUTHSERVER_OUTGOING_PRIVATE_ADDRESSES="true",
        TOOLBOX_ORIGIN=f"http://127.0.0.1:{first}",
        ANALYTICS_ORIGIN=f"http://127.0.0.1:{second}",
        TOOLBOX_SECRET=SECRET,
        ANALYTICS_SECRET=SECRET[::-1],
    )
    server.run("apply", "examples/demo.toml")
    with (
        server.serving(),
        product(folder, server.issuer, first, SECRET) as toolbox,
        product(folder, server.issuer, second, SECRET[::-1], "Analytics", "teal") as analytics,
    ):
        yield Stage(server, toolbox, analytics)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window; while it runs, nothing else in this thread may use an event loop."""
    with chromium() as started:
        yield started
