"""Fixtures of the interoperability tests: APIs, clients, people, a stand-in for the WebAPI, Node, Chrome."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.interop.apis import Apis
from tests.interop.people import Person, newcomer
from tests.interop.resource_server import ResourceServer, resource_server
from tests.support.chromium import chromium
from tests.support.node import Node, installed
from tests.support.server import ApiClientCredentials, Server


@pytest.fixture(scope="session")
def apis(live_server: Server) -> Apis:
    """APIs at the live server."""
    return Apis(live_server)


@pytest.fixture(scope="session")
def api_client(apis: Apis) -> ApiClientCredentials:
    """An API client with the scope `webapi`."""
    return apis.webapi().client


@pytest.fixture(scope="session")
def anna(live_server: Server) -> Person:
    """Somebody with an account; for a browser where nobody is signed in: `anna.elsewhere()`."""
    return newcomer(live_server)


@pytest.fixture
def webapi(live_server: Server) -> Iterator[ResourceServer]:
    """A WebAPI that has seen no token yet."""
    with resource_server(live_server.issuer) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window; while it runs, nothing else in this thread may use an event loop."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """Node with the pinned packages; tests are left out where it is not installed."""
    return installed(tmp_path_factory.mktemp("node"))
