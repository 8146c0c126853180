"""With the server's feed of security events: who loses a client loses what is open."""

import contextlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import create_autospec

import pytest

from examples.demo import Demo, programs
from examples.security_events import Follower
from examples.webapi import app
from examples.webapi.connection import CHECK_INTERVAL
from examples.webapi.settings import from_environment
from tests.examples.webapi.process import WebApi, new_client, serving
from tests.examples.webapi.websocket import WebSocket
from tests.interop.apis import token
from tests.support.server import Server, new_server

HUB = "/hubs/mt4/v1"


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """Return a server that tests may stop."""
    return new_server(tmp_path / "server")


@pytest.fixture
def following(server: Server, tmp_path: Path) -> Iterator[WebApi]:
    """An instance that follows the feed of a server that is up."""
    secret = server.json("resources", "secrets", "add", "webapi")["secret"]
    with server.serving(), serving(tmp_path, server.issuer, WEBAPI_SECRET=secret) as webapi:
        yield webapi


def test_who_disables_a_client_ends_its_open_connections(server: Server, following: WebApi) -> None:
    client, other = new_client(server), new_client(server)
    lost, kept = (token(server.issuer, one) for one in (client, other))
    with WebSocket(following.port, HUB, lost) as ending, WebSocket(following.port, HUB, kept) as staying:
        ending.shakes_hands()
        staying.shakes_hands()
        server.run("clients", "disable", client.client_id)
        (words,) = ending.messages()
        assert words["error"] == "The token was revoked."
        staying.call(
            {"type": 1, "invocationId": "1", "target": "UnsubscribeFromTicks", "arguments": ["EURUSD"]}
        )
        assert staying.hears() == {"type": 3, "invocationId": "1"}
    assert following.get("/api/TradePlatforms", lost).status_code == 401
    assert following.get("/api/TradePlatforms", kept).status_code == 200


def test_an_api_client_that_loses_its_last_permission_is_out_with_old_tokens_and_new(
    server: Server, following: WebApi
) -> None:
    client = new_client(server)
    before = token(server.issuer, client)
    with WebSocket(following.port, HUB, before) as hub:
        hub.shakes_hands()
        server.run("clients", "update", client.client_id, "--no-permissions")
        (words,) = hub.messages()
        assert words["error"] == "The token was revoked."
    assert following.get("/api/TradePlatforms", before).status_code == 401
    answer = following.get("/api/TradePlatforms", token(server.issuer, client))
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


def test_whoever_loses_a_client_a_session_or_a_membership_is_out_within_five_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recorded = create_autospec(Follower)
    variables = demo_variables()
    monkeypatch.setattr(app, "Follower", recorded)
    monkeypatch.setattr(app, "from_environment", lambda: from_environment(variables))
    app.from_variables()
    # What the demo and these tests start leaves the follower's times as they are.
    assert recorded.call_args.kwargs == {
        "audience": "webapi",
        "resource": "webapi",
        "secret": "of the demo",
    }
    usual = inspect.signature(Follower).parameters
    # The event comes just after an answer, the next one is as slow as may be, and then the hub looks.
    assert usual["every"].default + usual["timeout"].default + CHECK_INTERVAL <= 5


def demo_variables() -> dict[str, str]:
    """Return what the demo alone tells WebAPI."""
    secrets = dict.fromkeys(("TOOLBOX_SECRET", "ANALYTICS_SECRET"), "-") | {"WEBAPI_SECRET": "of the demo"}
    started = programs(Demo(Path("unused"), 8000), secrets)
    return next(each.environment for each in started if each.name == "webapi")


def test_while_the_server_is_away_tokens_go_on(server: Server, tmp_path: Path) -> None:
    secret = server.json("resources", "secrets", "add", "webapi")["secret"]
    with contextlib.ExitStack() as both:
        with server.serving():
            good = token(server.issuer, new_client(server))
            webapi = both.enter_context(serving(tmp_path, server.issuer, WEBAPI_SECRET=secret))
            assert webapi.get("/api/TradePlatforms", good).status_code == 200
        assert webapi.get("/api/TradePlatforms", good).status_code == 200
