"""Two instances on one PostgreSQL.

What one decides, the other enforces within a second (N1, N2, T10, J8, J9).
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.support.postgresql import Cluster
from tests.support.server import ApiClientCredentials, Server, free_port, new_server

SECOND = 1.2
"""The longest that an answer may be old, with a little for the machine."""


@pytest.fixture(scope="module")
def server(postgresql: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two server processes on one database; `other_port` is the second one's."""
    server = new_server(tmp_path_factory.mktemp("instances"), postgresql.new_database())
    second = free_port()
    with server.serving(), server.serving(port=second):
        server.variables["OTHER_PORT"] = str(second)
        yield server


@pytest.fixture
def client(server: Server) -> ApiClientCredentials:
    return server.new_client()


def ports(server: Server) -> tuple[int, int]:
    return server.port, int(server.variables["OTHER_PORT"])


def ask(port: int, client: ApiClientCredentials, secret: str | None = None) -> int:
    return requests.post(
        f"http://127.0.0.1:{port}/connect/token",
        data={
            "grant_type": "client_credentials",
            "client_id": client.client_id,
            "client_secret": secret or client.client_secret,
        },
        timeout=10,
    ).status_code


def both(server: Server, client: ApiClientCredentials, secret: str | None = None) -> set[int]:
    return {ask(port, client, secret) for port in ports(server)}


def within_a_second(act: Callable[[], object]) -> None:
    """Do something and let the second pass after which every instance must have noticed."""
    act()
    time.sleep(SECOND)


def test_a_disabled_client_is_refused_by_both_within_a_second(
    server: Server, client: ApiClientCredentials
) -> None:
    assert both(server, client) == {200}
    within_a_second(lambda: server.run("clients", "disable", client.client_id))
    assert both(server, client) == {401}
    server.run("clients", "enable", client.client_id)
    assert both(server, client) == {200}


def test_a_disabled_organization_disables_its_clients_within_a_second(
    server: Server, client: ApiClientCredentials
) -> None:
    assert both(server, client) == {200}
    within_a_second(lambda: server.run("organizations", "disable", "acme"))
    assert both(server, client) == {401}
    server.run("organizations", "enable", "acme")
    assert both(server, client) == {200}


def test_secrets_overlap_and_a_revoked_one_is_refused_by_both(
    server: Server, client: ApiClientCredentials
) -> None:
    assert both(server, client) == {200}
    first = server.json("clients", "secrets", "list", client.client_id)[0]["id"]
    second = server.json("clients", "secrets", "add", client.client_id)["secret"]
    assert both(server, client, second) == both(server, client) == {200}
    within_a_second(lambda: server.run("clients", "secrets", "revoke", client.client_id, first))
    assert both(server, client) == {401}
    assert both(server, client, second) == {200}


def test_failures_at_one_instance_count_at_the_other(server: Server, client: ApiClientCredentials) -> None:
    answers = [ask(port, client, "wrong") for _ in range(6) for port in ports(server)]
    assert answers == [401] * 10 + [429] * 2
    assert both(server, client) == {200}


def test_both_publish_the_same_key_set_and_an_emergency_reaches_both(server: Server) -> None:
    def key_sets() -> list[bytes]:
        path = ".well-known/openid-configuration/jwks"
        return [requests.get(f"http://127.0.0.1:{port}/{path}", timeout=10).content for port in ports(server)]

    before = key_sets()
    assert before[0] == before[1]
    within_a_second(lambda: server.run("keys", "rotate", "--now"))
    after = key_sets()
    assert after[0] == after[1] != before[0]


def test_the_last_use_of_a_secret_is_written_when_a_server_stops(postgresql: Cluster, tmp_path: Path) -> None:
    server = new_server(tmp_path / "last", postgresql.new_database())
    client = server.new_client()
    with server.serving():
        assert ask(server.port, client) == 200
    assert server.json("clients", "secrets", "list", client.client_id)[0]["last_used_at"]
