"""A server that may call samples on loopback, and somebody who signs in to them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.docs.relying_parties.by_hand import id_token_for
from tests.docs.relying_parties.go_program import build
from tests.docs.relying_parties.orders import READ, WRITE
from tests.interop.people import Person, newcomer
from tests.support.chromium import chromium
from tests.support.node import Node, installed
from tests.support.server import ApiClientCredentials, Server, new_server


@pytest.fixture(scope="session")
def kit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server that tells applications by plain http when a session ends."""
    folder = tmp_path_factory.mktemp("kit")
    server = new_server(folder, AUTHSERVER_OUTGOING_PRIVATE_ADDRESSES="true")
    with server.serving():
        yield server


@pytest.fixture(scope="session")
def anna(kit_server: Server) -> Person:
    """Somebody with an account; for a browser where nobody is signed in: `anna.elsewhere()`."""
    return newcomer(kit_server)


@pytest.fixture(scope="session")
def reader(kit_server: Server) -> ApiClientCredentials:
    """An API client with the scope that the samples ask for, at a resource of their own."""
    kit_server.run("resources", "create", "kit", "--scope", READ, "--scope", WRITE)
    return kit_server.new_client(READ)


@pytest.fixture(scope="session")
def id_token(kit_server: Server, anna: Person) -> str:
    """An ID token whose audience is called like the API `kit`, signed as its access tokens are."""
    return id_token_for(kit_server, anna.elsewhere(), "kit")


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """Node with the pinned packages; tests are left out where it is not installed."""
    return installed(tmp_path_factory.mktemp("node"))


@pytest.fixture(scope="session")
def go_programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples in Go, built; tests are left out where Go or its modules are out of reach."""
    folder = tmp_path_factory.mktemp("go")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window; while it runs, nothing else in this thread may use an event loop."""
    with chromium() as started:
        yield started
