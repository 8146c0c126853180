"""What one client can take of an instance: bytes, connections, streams; and what logs never hold."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator

import pytest
from starlette.exceptions import HTTPException

from examples.webapi.connection import MOST_TASKS
from examples.webapi.guard import Caller
from examples.webapi.places import MOST, MOST_OF_ONE, MOST_OF_ORGANIZATION, Places
from examples.webapi.server import LONGEST_MESSAGE, MOST_CONNECTIONS
from examples.webapi.signalr import BURST
from tests.examples.webapi.conftest import MT4
from tests.examples.webapi.issuer import Issuer
from tests.examples.webapi.process import WebApi
from tests.examples.webapi.websocket import UPGRADE, WebSocket, ended

TEST = "/hubs/test/v1"
TOO_BIG = 1009
"""RFC 6455 section 7.4.1."""


def test_a_message_that_is_too_long_is_refused_before_the_rest_of_it_is_read(
    strict: WebApi, issuer: Issuer
) -> None:
    with WebSocket(strict.port, TEST, issuer.token()) as client:
        client.shakes_hands()
        # The rest of a gigabyte never comes: who waited for it would wait for ever.
        client.announce(1 << 30, b"x" * (LONGEST_MESSAGE + 1))
        assert list(client.messages()) == []
        assert client.close_code == TOO_BIG


def test_a_message_in_many_frames_is_not_longer(strict: WebApi, issuer: Issuer) -> None:
    with WebSocket(strict.port, TEST, issuer.token()) as client:
        client.shakes_hands()
        for number in range(5):
            client.say_part("x" * (LONGEST_MESSAGE // 4), first=number == 0)
        assert list(client.messages()) == []
        assert client.close_code == TOO_BIG


def test_messages_are_never_compressed(strict: WebApi, issuer: Issuer) -> None:
    offer = UPGRADE | {"Sec-WebSocket-Extensions": "permessage-deflate"}
    with strict.get(TEST, issuer.token(), headers=offer, stream=True) as answer:
        assert answer.status_code == 101
        assert "Sec-WebSocket-Extensions" not in answer.headers


def test_a_caller_has_a_bounded_number_of_connections(strict: WebApi, issuer: Issuer) -> None:
    greedy = issuer.token(sub="greedy")
    opened = [WebSocket(strict.port, TEST, greedy) for _ in range(MOST_OF_ONE)]
    try:
        refusals = [
            strict.get(TEST, greedy, headers=UPGRADE),
            strict.ask("POST", f"{TEST}/negotiate", greedy),
        ]
        for refusal in refusals:
            assert (refusal.status_code, refusal.headers["Retry-After"]) == (429, "5")
            assert refusal.json() == {"error": "Too many connections are open."}
        # Of the same application, another person; and the greedy one's requests go on.
        with WebSocket(strict.port, TEST, issuer.token(sub="modest")) as other:
            other.shakes_hands()
        assert strict.get("/api/TradePlatforms", greedy).status_code == 200
        opened[0].shakes_hands()
    finally:
        for each in opened:
            each.close()
    assert 200 in negotiations(strict, greedy)


def test_a_process_has_a_bounded_number_of_places_and_keeps_nothing_of_who_is_gone() -> None:
    places = Places()
    callers = [caller(number, f"org {number // MOST_OF_ORGANIZATION}") for number in range(MOST + 1)]
    with contextlib.ExitStack() as open_connections:
        for each in callers[:-1]:
            open_connections.enter_context(places.one(each))
        with pytest.raises(HTTPException) as refusal:
            places.offer(callers[-1])
        assert refusal.value.status_code == 503
    with places.one(callers[-1]):
        assert (places.callers, places.organizations) == (1, 1)


def test_all_clients_and_people_of_one_organization_leave_places_to_others() -> None:
    places = Places()
    with contextlib.ExitStack() as open_connections:
        for number in range(MOST_OF_ORGANIZATION):
            open_connections.enter_context(places.one(caller(number, "acme")))
        with pytest.raises(HTTPException) as refusal:
            places.offer(caller(MOST_OF_ORGANIZATION, "acme"))
        assert (refusal.value.status_code, (refusal.value.headers or {})["Retry-After"]) == (429, "5")
        places.offer(caller(MOST_OF_ORGANIZATION, "other"))
    places.offer(caller(MOST_OF_ORGANIZATION, "acme"))


def caller(number: int, organization: str) -> Caller:
    return Caller({"client_id": "app", "sub": str(number)}, organization)


def negotiations(webapi: WebApi, token: str) -> Iterator[int]:
    """Yield the answers to somebody who asks again and again, for a while."""
    for _ in range(100):
        yield webapi.ask("POST", f"{TEST}/negotiate", token).status_code
        time.sleep(0.02)


def test_a_connection_has_a_bounded_number_of_subscriptions_and_streams(
    strict: WebApi, issuer: Issuer
) -> None:
    silent = {"type": 4, "target": "StreamTrades", "arguments": []}
    with WebSocket(strict.port, f"/hubs/mt4/v2?tradePlatform={MT4}", issuer.token()) as client:
        client.shakes_hands()
        for number in range(MOST_TASKS):
            client.call(silent | {"invocationId": f"s{number}"})
        client.call({"type": 1, "invocationId": "1", "target": "SubscribeToTicks", "arguments": ["EURUSD"]})
        assert client.hears()["error"] == "This runs already, or too much does."


@pytest.mark.parametrize("together", [1, 100])
def test_a_client_that_says_too_much_has_to_go_and_others_are_answered(
    strict: WebApi, issuer: Issuer, together: int
) -> None:
    ping = json.dumps({"type": 6}) + "\x1e"
    with (
        WebSocket(strict.port, TEST, issuer.token()) as rude,
        WebSocket(strict.port, TEST, issuer.token()) as polite,
    ):
        rude.shakes_hands()
        polite.shakes_hands()
        rude.say(ping * together, times=40 * BURST // together)
        (words,) = rude.messages()
        assert words["error"] == "There are too many messages."
        # So many at once are no fault.
        polite.say(ping, times=BURST // 2)
        polite.call({"type": 1, "invocationId": "1", "target": "Echo", "arguments": ["there"]})
        assert polite.hears()["result"] == "there"


def test_answers_to_pings_do_not_heap_up_where_nobody_reads_them(strict: WebApi, issuer: Issuer) -> None:
    payload, many = b"p" * 125, 80_000
    with WebSocket(strict.port, TEST, issuer.token(), room=4096) as client:
        client.shakes_hands()
        # More than lies between two sockets.
        client.ping(payload, times=many)
        answered = sum(frame == payload for frame in client.says_goodbye())
        assert 0 < answered < many


@pytest.mark.parametrize("name", ["Host", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"])
def test_headers_that_can_not_be_read_leave_nothing_behind(strict: WebApi, issuer: Issuer, name: str) -> None:
    head = UPGRADE | {"Host": "localhost", "Authorization": f"Bearer {issuer.token()}", name: "\xe9"}
    lines = [f"GET {TEST} HTTP/1.1", *(f"{each}: {value}" for each, value in head.items()), "", ""]
    for _ in range(MOST_CONNECTIONS + 1):
        with socket.create_connection(("127.0.0.1", strict.port), timeout=10) as client:
            client.sendall("\r\n".join(lines).encode("latin-1"))
            assert ended(client)
    assert strict.get("/").status_code == 200


def test_tokens_in_addresses_stand_in_no_log(strict: WebApi, issuer: Issuer) -> None:
    good, bad = issuer.token(), issuer.token(aud="orders")
    for parameter in ("access_token", "signalr_token"):
        for token in (good, bad):
            strict.ask("POST", f"{TEST}/negotiate", params={parameter: token})
            strict.get(f"{TEST}/nothing", params={parameter: token})
            strict.get(TEST, params={parameter: [token, token]}, headers=UPGRADE)
            strict.get(TEST, params={parameter: token}, headers=UPGRADE | {"Sec-WebSocket-Version": "7"})
            assert b" 400 " in unreadable(strict, f"{TEST}?{parameter}={token}")
        strict.get(TEST, params={parameter: bad}, headers=UPGRADE)
        with WebSocket(strict.port, f"{TEST}?{parameter}={good}", "") as client:
            client.shakes_hands()
            client.say("{")
            assert list(client.messages())
    told = strict.log.read_text()
    assert "WEBAPI_SECRET" in told
    assert [part for token in (good, bad) for part in token.split(".") if part in told] == []


def unreadable(webapi: WebApi, address: str) -> bytes:
    """Return the first line of the answer to a request that is none."""
    with socket.create_connection(("127.0.0.1", webapi.port), timeout=10) as client:
        client.sendall(f"GET {address} HTTP/1.1\r\nno header\r\n\r\n".encode())
        return client.makefile("rb").readline()
