"""An API that follows the feed of a real server: what ends there is refused here; an outage ends nothing."""

import base64
import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from sqlalchemy import create_engine, insert

from authserver.oidc.endpoints.security_events import MOST, ROOM
from authserver.oidc.messages.security_event import session_ended
from authserver.oidc.models import SecurityEventRow
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


def tell(server: Server, number: int, **said: Any) -> None:
    """Tell the API of so many ends of sessions, as the server's own words write them down."""
    ended = session_ended(str(uuid.uuid4()), int(time.time()))
    usual = {name: getattr(ended, name) for name in ("type", "at", "except_scope")} | {"resource": "webapi"}
    rows = [{"match": {"sid": str(uuid.uuid4())}} | usual | said for _ in range(number)]
    engine = create_engine(server.database_url)
    with engine.begin() as connection:
        connection.execute(insert(SecurityEventRow), rows)
    engine.dispose()


def test_the_largest_pages_are_read_by_who_follows(server: Server, follower: Follower) -> None:
    """Libraries refuse texts above some size: a usual page is below it, and the sample reads larger ones."""
    names = " ".join(f"printing-of-papers:{number:06}" for number in range(8000))
    assert len(names) > 3 * ROOM
    with server.serving():
        tell(server, 2 * MOST + 1)
        assert follower.poll() == 0.2
        assert len(follower._ended) >= 2 * MOST + 1
        # The largest there is: it comes alone.
        tell(server, 1, match={"client_id": "C"}, permissions=names)
        assert follower.poll() == 0.2
        assert follower.refuses({"client_id": "C", "iat": 0, "permissions": ["another:one"]})
        assert not follower.refuses({"client_id": "C", "iat": 0, "permissions": names.split()[:3]})


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
