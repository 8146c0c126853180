"""What hubs do with clients that are foreign, rude, silent, greedy or revoked."""

import json
from pathlib import Path

import pytest

from tests.examples.webapi.conftest import FOREIGN, MT4, MT5
from tests.examples.webapi.issuer import Issuer
from tests.examples.webapi.process import WebApi, new_client
from tests.examples.webapi.websocket import UPGRADE, WebSocket
from tests.interop.apis import token
from tests.support.server import ApiClientCredentials, Server

TEST = "/hubs/test/v1"
MT4_HUB = f"/hubs/mt4/v2?tradePlatform={MT4}"
STREAM = {"type": 4, "invocationId": "1", "target": "StreamTicks", "arguments": ["EURUSD"]}


def closing(why: str, *, may_return: bool = False) -> dict[str, object]:
    """Return the last words of a hub."""
    return {"type": 7, "error": why, "allowReconnect": may_return}


@pytest.mark.parametrize("version", ["", "?negotiateVersion=0", "?negotiateVersion=1"])
def test_negotiation_offers_websockets_with_text(strict: WebApi, issuer: Issuer, version: str) -> None:
    offer = strict.ask("POST", f"{TEST}/negotiate{version}", issuer.token()).json()
    assert offer["availableTransports"] == [{"transport": "WebSockets", "transferFormats": ["Text"]}]
    assert offer["connectionId"] != offer["connectionToken"]


@pytest.mark.parametrize(
    "query",
    ["", "?tradePlatform=", f"?tradePlatform={FOREIGN}", f"?tradePlatform={MT5}", "?tradePlatform=%27"],
)
def test_a_platform_that_is_missing_foreign_or_of_another_type_has_no_hub(
    strict: WebApi, issuer: Issuer, query: str
) -> None:
    negotiation = strict.ask("POST", f"/hubs/mt4/v2/negotiate{query}", issuer.token())
    socket = strict.get(f"/hubs/mt4/v2{query}", issuer.token(), headers=UPGRADE)
    assert (negotiation.status_code, socket.status_code) == (404, 404)
    assert socket.json() == {"error": "There is no such trade platform."}


@pytest.mark.parametrize("path", [TEST, "/hubs/mt4/v1", MT4_HUB, f"/hubs/mt5/v2?tradePlatform={MT5}"])
def test_every_hub_greets_who_shakes_hands(strict: WebApi, issuer: Issuer, path: str) -> None:
    with WebSocket(strict.port, path, issuer.token()) as socket:
        socket.shakes_hands()


def test_messages_in_the_frame_of_the_handshake_are_answered(strict: WebApi, issuer: Issuer) -> None:
    hello = json.dumps({"protocol": "json", "version": 1})
    call = json.dumps({"type": 1, "invocationId": "1", "target": "Echo", "arguments": ["both"]})
    with WebSocket(strict.port, TEST, issuer.token()) as socket:
        socket.say(f"{hello}\x1e{call}\x1e")
        assert [socket.hears().get("type") for _ in range(2)] == [None, 1]
        assert socket.hears() == {"type": 3, "invocationId": "1", "result": "both"}


def test_another_protocol_is_refused_in_the_handshake(strict: WebApi, issuer: Issuer) -> None:
    for hello in ({"protocol": "messagepack", "version": 1}, {"protocol": "json", "version": 2}, {}):
        with WebSocket(strict.port, TEST, issuer.token()) as socket:
            socket.call(hello)
            said = list(socket.messages())
        assert said == [{"error": "Only the protocol json, version 1, is spoken here."}]


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        ("{", "A message has no end."),
        ("{\x1e", "A message is no JSON."),
        ("[" * 20_000 + "\x1e", "A message is no JSON."),
        ("[]\x1e", "A message has another form."),
        ('{"type":4,"invocationId":["1"]}\x1e', "A message has another form."),
        ("x" * 40_000, "A message is too long."),
    ],
)
def test_who_does_not_speak_the_protocol_has_to_go(
    strict: WebApi, issuer: Issuer, frame: str, why: str
) -> None:
    with WebSocket(strict.port, TEST, issuer.token()) as socket:
        socket.shakes_hands()
        socket.say(frame)
        assert list(socket.messages()) == [closing(why)]


def test_a_call_without_an_id_is_not_answered(strict: WebApi, issuer: Issuer) -> None:
    with WebSocket(strict.port, TEST, issuer.token()) as socket:
        socket.shakes_hands()
        socket.call({"type": 1, "target": "Nothing", "arguments": []})
        socket.call({"type": 1, "invocationId": "2", "target": "Echo", "arguments": [2]})
        assert socket.hears() == {"type": 3, "invocationId": "2", "result": 2}


@pytest.mark.parametrize(
    "call", [{}, {"target": ["Echo"]}, {"target": "Echo", "arguments": 3}, {"target": "Echo"}]
)
def test_a_call_that_makes_no_sense_fails_alone(
    strict: WebApi, issuer: Issuer, call: dict[str, object]
) -> None:
    with WebSocket(strict.port, TEST, issuer.token()) as socket:
        socket.shakes_hands()
        socket.call({"type": 1, "invocationId": "1"} | call)
        assert socket.hears()["error"]
        socket.call({"type": 1, "invocationId": "2", "target": "Echo", "arguments": [2]})
        assert socket.hears()["result"] == 2


def test_a_stream_ends_when_it_is_cancelled(strict: WebApi, issuer: Issuer) -> None:
    with WebSocket(strict.port, MT4_HUB, issuer.token()) as socket:
        socket.shakes_hands()
        socket.call(STREAM)
        assert socket.hears()["item"]["symbol"] == "EURUSD"
        socket.call({"type": 5, "invocationId": "1"})
        socket.call(STREAM | {"invocationId": "2"})
        later = [socket.hears()["invocationId"] for _ in range(4)]
        assert later[1:] == ["2", "2", "2"]


def test_a_stream_without_news_stays_open(strict: WebApi, issuer: Issuer) -> None:
    with WebSocket(strict.port, MT4_HUB, issuer.token()) as socket:
        socket.shakes_hands()
        socket.call(STREAM | {"target": "StreamTrades", "arguments": []})
        socket.call(STREAM | {"invocationId": "2"})
        assert {socket.hears()["invocationId"] for _ in range(3)} == {"2"}


def test_a_connection_has_a_bounded_number_of_streams(strict: WebApi, issuer: Issuer) -> None:
    with WebSocket(strict.port, MT4_HUB, issuer.token()) as socket:
        socket.shakes_hands()
        for number in range(33):
            socket.call(STREAM | {"invocationId": str(number), "target": "StreamTrades", "arguments": []})
        refused = socket.hears()
        assert (refused["invocationId"], refused["error"]) == ("32", "This runs already, or too much does.")


def test_an_open_connection_ends_when_its_client_is_revoked(live_server: Server, webapi: WebApi) -> None:
    client = new_client(live_server)
    good = token(live_server.issuer, client)
    with WebSocket(webapi.port, "/hubs/mt4/v1", good) as socket:
        socket.shakes_hands()
        revoke(webapi, client)
        assert list(socket.messages()) == [closing("The token was revoked.")]
    answer = webapi.get("/api/TradePlatforms", good)
    assert (answer.status_code, answer.json()["error_description"]) == (401, "The token was revoked.")
    assert f"{client.client_id}: its client was revoked" in webapi.log.read_text()


def test_an_open_connection_ends_with_its_token(strict: WebApi, issuer: Issuer) -> None:
    # One minute of leeway is granted here as well: two seconds of it are left.
    expiring = issuer.token(exp=issuer.claims()["iat"] - 58)
    with WebSocket(strict.port, "/hubs/mt4/v1", expiring) as socket:
        socket.shakes_hands()
        assert list(socket.messages()) == [closing("The token is expired.", may_return=True)]


def revoke(webapi: WebApi, client: ApiClientCredentials) -> None:
    """Tell the stand-in for security events."""
    with Path(webapi.log).with_name("revoked").open("a") as file:
        file.write(f"{client.client_id}\n")
