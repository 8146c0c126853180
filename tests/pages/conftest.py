"""A real server with a development mailbox, and a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.chromium import chromium
from tests.support.node import Node, installed
from tests.support.server import Server, new_server


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium without a window; not for longer, because a thread can hold one Playwright at a time."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """Node with the pinned packages; tests are left out where it is not installed."""
    return installed(tmp_path_factory.mktemp("node"))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose letters lie in its mailbox page."""
    server = new_server(
        tmp_path_factory.mktemp("pages"),
        AUTHSERVER_MAILS_PER_SOURCE_PER_HOUR="1000",
        AUTHSERVER_SESSION_KEPT="86400",
        AUTHSERVER_SUPPORT_EMAIL="help@example.com",
    )
    with server.serving():
        yield server
