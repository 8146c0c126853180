"""Keys of clients that are kept at the client: fetched when needed, kept for minutes, and fetched anew."""

import json
import time
from dataclasses import dataclass, field
from typing import cast

import pytest

from authserver.base.fetch import Crowded, Fetched, Fetcher, Unreachable
from authserver.clients.application import Application
from authserver.provider import client_keys
from authserver.provider.client_keys import BELIEVED, KEPT, PAUSE, ClientKeys
from tests.support.application import Clock, race

URL = "https://rp.test/jwks.json"
CLIENT = Application("rp", "RP", "private_key_jwt", ("https://rp.test/cb",), ("openid",), jwks_uri=URL)
INLINE = Application("rp", "RP", "private_key_jwt", ("https://rp.test/cb",), ("openid",), jwks={"keys": [1]})


@dataclass
class Network:
    """Answers what a test says."""

    body: bytes = b'{"keys":[]}'
    status: int = 200
    away: bool = False
    crowded: bool = False
    slow: float = 0
    asked: list[str] = field(default_factory=list)

    def get(self, url: str, accept: str) -> Fetched:
        assert accept == "application/json"
        self.asked.append(url)
        time.sleep(self.slow)
        if self.crowded:
            raise Crowded("too many calls are under way")
        if self.away:
            raise Unreachable("away")
        return Fetched(self.status, "application/json", self.body)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(client_keys, "time", clock)
    return clock


def keys_over(network: Network) -> ClientKeys:
    return ClientKeys(cast("Fetcher", network))


def test_registered_keys_need_no_network(clock: Clock) -> None:
    network = Network()
    assert keys_over(network).keys_of(INLINE, fresh=True) == {"keys": [1]}
    assert network.asked == []


def test_fetched_keys_are_kept_for_some_minutes(clock: Clock) -> None:
    network = Network()
    keys = keys_over(network)
    keys.keys_of(CLIENT, fresh=False)
    clock.advance(KEPT - 1)
    keys.keys_of(CLIENT, fresh=False)
    assert network.asked == [URL]
    clock.advance(1)
    keys.keys_of(CLIENT, fresh=False)
    assert len(network.asked) == 2


def test_an_unknown_key_has_them_fetched_anew_but_not_without_pause(clock: Clock) -> None:
    network = Network()
    keys = keys_over(network)
    keys.keys_of(CLIENT, fresh=False)
    network.body = b'{"keys":[{"kid":"new"}]}'
    assert keys.keys_of(CLIENT, fresh=True) == {"keys": []}
    clock.advance(PAUSE)
    assert keys.keys_of(CLIENT, fresh=True) == {"keys": [{"kid": "new"}]}
    assert len(network.asked) == 2


@pytest.mark.parametrize("fault", [{"away": True}, {"status": 500}, {"body": b"<html>"}, {"body": b"[]"}])
def test_while_they_can_not_be_had_the_ones_before_serve_on_for_a_day(
    clock: Clock, fault: dict[str, object]
) -> None:
    network = Network(body=b'{"keys":[{"kid":"old"}]}')
    keys = keys_over(network)
    keys.keys_of(CLIENT, fresh=False)
    for name, value in fault.items():
        setattr(network, name, value)
    for _ in range(3):
        clock.advance(BELIEVED // 4)
        assert keys.keys_of(CLIENT, fresh=False) == {"keys": [{"kid": "old"}]}
    clock.advance(BELIEVED // 4)
    assert keys.keys_of(CLIENT, fresh=False) == {"keys": []}


@pytest.mark.parametrize("status", [404, 410])
def test_keys_that_a_client_took_away_are_believed_no_more(clock: Clock, status: int) -> None:
    network = Network(body=b'{"keys":[{"kid":"stolen"}]}')
    keys = keys_over(network)
    keys.keys_of(CLIENT, fresh=False)
    network.status = status
    clock.advance(KEPT)
    assert keys.keys_of(CLIENT, fresh=False) == {"keys": []}


def test_only_public_keys_are_taken_and_only_so_many(clock: Clock) -> None:
    public = [{"kty": "EC", "crv": "P-256", "x": "x", "y": "y", "kid": str(number)} for number in range(30)]
    strange = [1, None, {"kty": "RSA", "n": "n", "e": "e", "d": "d"}, {"kty": "oct", "k": "k"}]
    endless = [{"kty": "RSA", "n": "n" * 1401, "e": "AQAB"}]
    more = [public[0] | {"x5c": ["a chain"], "more": {"nested": "x"}}]
    network = Network(body=json.dumps({"keys": [*strange, *endless, *more, *public[1:]]}).encode())
    assert keys_over(network).keys_of(CLIENT, fresh=False) == {"keys": public[:20]}


def test_when_there_is_no_place_for_a_call_nothing_is_concluded(clock: Clock) -> None:
    network = Network(body=b'{"keys":[{"kid":"new"}]}', crowded=True)
    keys = keys_over(network)
    assert keys.keys_of(CLIENT, fresh=False) == {"keys": []}
    network.crowded = False
    assert keys.keys_of(CLIENT, fresh=False) == {"keys": [{"kid": "new"}]}


def test_of_many_who_need_the_same_keys_one_fetches_them(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(body=b'{"keys":[{"kid":"one"}]}', slow=0.2)
    keys = keys_over(network)
    found = race(8, lambda _: keys.keys_of(CLIENT, fresh=False))
    assert found == [{"keys": [{"kid": "one"}]}] * 8
    assert network.asked == [URL]


def test_without_any_there_is_an_empty_set(clock: Clock) -> None:
    assert keys_over(Network(away=True)).keys_of(CLIENT, fresh=False) == {"keys": []}


def test_the_keys_of_many_clients_don_t_fill_the_memory(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_keys, "MOST", 2)
    keys = keys_over(Network())
    for number in range(5):
        keys.keys_of(Application("x", "X", "none", (), (), jwks_uri=f"{URL}?{number}"), fresh=False)
    assert len(keys._kept) <= 2
