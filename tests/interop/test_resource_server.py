"""An API that verifies tokens offline: what it accepts, what it refuses, and how it learns of new keys."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.interop.apis import Apis, token
from tests.interop.resource_server import ResourceServer, resource_server
from tests.support.server import Server, new_server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """Serve with keys of its own, so that changing them disturbs no other test."""
    server = new_server(tmp_path / "own")
    with server.serving():
        yield server


def ask(webapi: ResourceServer, token: str) -> int:
    """Call the API with a token and return the status."""
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{webapi.url}/api/TradePlatforms", headers=headers, timeout=10).status_code


def signed_by_another_key(server: Server, old: str) -> str:
    """Return the first token that another key signed; the server follows within a second."""
    client = server.new_client()
    for _ in range(50):
        fresh = token(server.issuer, client)
        if fresh.partition(".")[0] != old.partition(".")[0]:
            return fresh
        time.sleep(0.1)
    raise AssertionError("the old key still signs")


def test_many_tokens_are_verified_with_keys_that_were_fetched_once(
    webapi: ResourceServer, apis: Apis
) -> None:
    assert [ask(webapi, apis.webapi().token()) for _ in range(3)] == [200, 200, 200]
    assert webapi.verifier.fetches == 1
    assert len({claims["jti"] for claims in webapi.accepted}) == 3
    assert not webapi.refused


def test_a_token_for_another_api_is_refused(webapi: ResourceServer, apis: Apis) -> None:
    assert ask(webapi, apis.new("interop-other").token()) == 401
    assert "'aud'" in webapi.refused[0]
    assert not webapi.accepted


def test_a_changed_token_is_refused(webapi: ResourceServer, apis: Apis) -> None:
    header, claims, signature = apis.webapi().token().split(".")
    other = apis.webapi().token().split(".")[1]
    assert ask(webapi, f"{header}.{other}.{signature}") == 401
    assert ask(webapi, f"{header}.{claims}.") == 401
    assert ask(webapi, "no.token.atall") == 401
    assert not webapi.accepted


def test_a_token_without_the_scope_is_refused(live_server: Server, apis: Apis) -> None:
    with resource_server(live_server.issuer, scope="webapi.write") as webapi:
        assert ask(webapi, apis.webapi().token()) == 403
    assert not webapi.accepted


def test_an_api_follows_an_emergency_rotation_without_being_told(own_server: Server) -> None:
    with resource_server(own_server.issuer) as webapi:
        old = token(own_server.issuer, own_server.new_client())
        assert ask(webapi, old) == 200
        own_server.run("keys", "rotate", "--now", "--algorithm", "ES256")
        fresh = signed_by_another_key(own_server, old)
        assert ask(webapi, fresh) == 200
        assert webapi.verifier.fetches == 2
        assert ask(webapi, old) == 401
