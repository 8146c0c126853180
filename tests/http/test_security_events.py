"""An API that follows the feed of a real server: what ends there is refused here; an outage ends nothing."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from examples.security_events import Follower
from tests.support.patience import attempts
from tests.support.postgresql import Cluster
from tests.support.server import ApiClientCredentials, Server, free_port, new_server


@pytest.fixture(scope="module")
def server(postgresql: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Server:
    return new_server(tmp_path_factory.mktemp("feed"), postgresql.new_database())


def claims(server: Server, client: ApiClientCredentials) -> dict[str, Any]:
    """Return what a new token says; tests of verifiers are elsewhere."""
    answer = requests.post(
        f"{server.issuer}/connect/token",
        data={"grant_type": "client_credentials"},
        auth=(client.client_id, client.client_secret),
        timeout=10,
    )
    payload = answer.json()["access_token"].split(".")[1]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return said


def until(holds: Callable[[], object]) -> bool:
    """Wait for something; a machine may be slow."""
    return any(holds() for _ in attempts())


@pytest.fixture
def follower(server: Server) -> Iterator[Follower]:
    secret = server.json("resources", "secrets", "add", "webapi")["secret"]
    made = Follower(server.issuer, audience="webapi", resource="webapi", secret=secret, every=0.2)
    yield made
    made.close()


def test_what_ends_at_one_instance_is_refused_by_who_follows_another(
    server: Server, follower: Follower
) -> None:
    one, other = server.new_client(), server.new_client()
    second = free_port()
    with server.serving(), server.serving(port=second):
        follower.start(20)
        ours, theirs = claims(server, one), claims(server, other)
        assert follower.refuses(ours) is None
        server.run("clients", "disable", one.client_id)
        assert until(lambda: follower.refuses(ours))
        assert follower.refuses(theirs) is None
    # The server is gone: what is known counts on, and nothing else is refused.
    assert follower.refuses(ours)
    assert follower.refuses(theirs) is None
    server.run("organizations", "disable", "acme")
    with server.serving():
        assert until(lambda: follower.refuses(theirs))


def test_the_answer_over_http_says_when_nothing_is_new(live_server: Server) -> None:
    secret = live_server.json("resources", "secrets", "add", "webapi")["secret"]
    metadata = requests.get(f"{live_server.issuer}/.well-known/openid-configuration", timeout=10).json()
    address = metadata["security_events_endpoint"]

    def ask(**headers: str) -> requests.Response:
        return requests.get(address, auth=("webapi", secret), headers=headers, timeout=10)

    first = ask()
    assert (first.status_code, first.text.count(".")) == (200, 2)
    again = ask(**{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert requests.get(address, auth=("webapi", "wrong"), timeout=10).status_code == 401
    assert requests.post(address, auth=("webapi", secret), timeout=10).status_code == 405
    beyond = requests.get(f"{address}?after=999999", auth=("webapi", secret), timeout=10)
    assert (beyond.status_code, beyond.json()["error"]) == (400, "invalid_request")
    head = requests.head(address, auth=("webapi", secret), timeout=10)
    assert (head.status_code, head.content) == (200, b"")
