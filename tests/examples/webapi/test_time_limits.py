"""Who says nothing, reads nothing or never comes to an end has to go."""

import json
import socket
from collections.abc import Iterator

import pytest

from examples.webapi.connection import HANDSHAKE, PING_INTERVAL
from examples.webapi.signalr import SILENCE
from tests.examples.webapi.conftest import platforms_of
from tests.examples.webapi.issuer import ORGANIZATION, Issuer
from tests.examples.webapi.process import WebApi, serving
from tests.examples.webapi.websocket import WebSocket, ended

TEST = "/hubs/test/v1"
IMPATIENT = "tests.examples.webapi.impatient:from_variables"


@pytest.fixture(scope="module")
def impatient(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebApi]:
    """An instance whose limits are a second or two."""
    folder = tmp_path_factory.mktemp("impatient")
    with serving(folder, issuer.url, target=IMPATIENT, **platforms_of(ORGANIZATION, folder)) as running:
        yield running


def test_the_times_are_those_of_signalr() -> None:
    # Clients ping every 15 seconds and give up after 30 without a word; two pings fit into every patience.
    assert (HANDSHAKE, PING_INTERVAL, SILENCE) == (15, 15, 30)


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "])
def test_a_request_that_never_ends_is_cut_off(impatient: WebApi, said: bytes) -> None:
    with socket.create_connection(("127.0.0.1", impatient.port), timeout=10) as client:
        client.sendall(said)
        assert ended(client)


def test_a_request_that_never_ends_is_cut_off_after_one_that_did(impatient: WebApi) -> None:
    with socket.create_connection(("127.0.0.1", impatient.port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while b"curl" not in answer:
            answer += client.recv(4096)
        client.sendall(b"GET")
        assert ended(client)


def test_who_shakes_no_hands_has_to_go(impatient: WebApi, issuer: Issuer) -> None:
    with WebSocket(impatient.port, TEST, issuer.token()) as client:
        assert list(client.messages()) == [{"error": "The handshake took too long."}]


def test_who_says_nothing_has_to_go_and_is_pinged_until_then(impatient: WebApi, issuer: Issuer) -> None:
    with WebSocket(impatient.port, TEST, issuer.token()) as client:
        client.shakes_hands()
        said = list(client.records())
        assert {"type": 6} in said
        assert [record for record in said if record != {"type": 6}] == []


def test_who_pings_may_stay(impatient: WebApi, issuer: Issuer) -> None:
    with WebSocket(impatient.port, TEST, issuer.token()) as client:
        client.shakes_hands()
        pings = (record for record in client.records() if record == {"type": 6})
        # Together they take longer than silence may.
        for _ in range(5):
            next(pings)
            client.call({"type": 6})
        client.call({"type": 1, "invocationId": "1", "target": "Echo", "arguments": ["there"]})
        assert client.hears()["result"] == "there"


def test_who_reads_nothing_has_to_go_and_little_waits_for_it(impatient: WebApi, issuer: Issuer) -> None:
    call = {"type": 1, "invocationId": "1", "target": "Echo", "arguments": ["x" * 30_000]}
    with WebSocket(impatient.port, TEST, issuer.token()) as client:
        client.shakes_hands()
        # Whoever is not read stops reading, and then nothing more can be said; a timeout would be a hang.
        with pytest.raises(ConnectionError):
            client.say(f"{json.dumps(call)}\x1e", times=10_000)
