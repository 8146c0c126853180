"""How an instance learns of the issuer's keys, and what it does while it can't."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from examples.webapi.keys import LONGEST_LIFE, Keys, KeysUnavailableError
from tests.examples.webapi.issuer import Issuer, issuing
from tests.examples.webapi.process import WebApi, serving


@pytest.fixture
def own_issuer() -> Iterator[Issuer]:
    """Serve keys that this test alone changes."""
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def webapi(own_issuer: Issuer, tmp_path: Path) -> Iterator[WebApi]:
    """An instance that trusts that issuer and has its keys."""
    with serving(tmp_path, own_issuer.url) as running:
        assert asked(running, own_issuer.token()) == 200
        yield running


def asked(webapi: WebApi, token: str) -> int:
    """Return the status of a call with a token."""
    return webapi.get("/api/Organizations", token).status_code


def new_key(issuer: Issuer, kid: str) -> None:
    """Replace the issuer's key at once, as in an emergency."""
    issuer.key = ECKey.generate_key("P-256", {"kid": kid, "alg": "ES256"}, auto_kid=False)


def test_many_tokens_are_verified_with_keys_that_were_fetched_once(
    webapi: WebApi, own_issuer: Issuer
) -> None:
    assert {asked(webapi, own_issuer.token()) for _ in range(5)} == {200}
    assert own_issuer.fetches == 1


def test_a_token_is_verified_without_introspection(webapi: WebApi, own_issuer: Issuer) -> None:
    assert asked(webapi, own_issuer.token()) == 200
    assert asked(webapi, own_issuer.token(aud="another")) == 401
    assert own_issuer.asked == {"/.well-known/openid-configuration", "/jwks"}


def test_a_new_key_is_fetched_when_a_token_names_it_and_the_old_one_goes(
    webapi: WebApi, own_issuer: Issuer
) -> None:
    old = own_issuer.token()
    new_key(own_issuer, "second")
    assert asked(webapi, own_issuer.token({"kid": "second"})) == 200
    assert asked(webapi, old) == 401
    assert own_issuer.fetches == 2


def test_strangers_can_not_make_an_instance_ask_again_and_again(webapi: WebApi, own_issuer: Issuer) -> None:
    statuses = {asked(webapi, own_issuer.token({"kid": f"made up {number}"})) for number in range(20)}
    assert statuses == {401}
    assert own_issuer.fetches == 2


@pytest.mark.parametrize("header", [{"alg": "none"}, {"typ": "JWT"}, {"crit": ["x"]}, {"kid": None}])
def test_nobody_is_asked_about_what_can_not_be_good(
    webapi: WebApi, own_issuer: Issuer, header: dict[str, object]
) -> None:
    assert asked(webapi, own_issuer.token({"kid": "unknown"} | header)) == 401
    assert own_issuer.fetches == 1


def test_what_strangers_ask_at_once_is_asked_once(webapi: WebApi, own_issuer: Issuer) -> None:
    tokens = [own_issuer.token({"kid": f"made up {number}"}) for number in range(8)]
    threads = [threading.Thread(target=asked, args=(webapi, token)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert own_issuer.fetches == 2


def test_known_keys_go_on_while_the_issuer_is_away(webapi: WebApi, own_issuer: Issuer) -> None:
    own_issuer.away = True
    assert asked(webapi, own_issuer.token()) == 200
    assert asked(webapi, own_issuer.token({"kid": "second"})) == 401
    assert asked(webapi, own_issuer.token()) == 200


def test_without_any_keys_the_answer_is_to_try_again_later(own_issuer: Issuer, tmp_path: Path) -> None:
    own_issuer.away = True
    with serving(tmp_path, own_issuer.url) as webapi:
        answer = webapi.get("/api/Organizations", own_issuer.token())
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "WWW-Authenticate" not in answer.headers


def test_keys_of_an_issuer_with_another_name_are_not_taken(own_issuer: Issuer, tmp_path: Path) -> None:
    elsewhere = own_issuer.url.replace("127.0.0.1", "localhost")
    with serving(tmp_path, elsewhere) as webapi:
        assert webapi.get("/api/Organizations", own_issuer.token(iss=elsewhere)).status_code == 503
    assert own_issuer.fetches == 0


def test_a_set_that_could_not_be_fetched_for_an_hour_is_trusted_no_more(own_issuer: Issuer) -> None:
    hour = Clock()

    async def find() -> None:
        keys = Keys(own_issuer.url, "ES256", hour)
        assert await keys.find("first")
        own_issuer.away = True
        hour.now += LONGEST_LIFE
        with pytest.raises(KeysUnavailableError):
            await keys.find("first")

    asyncio.run(find())


def test_a_stranger_is_asked_about_again_after_half_a_minute(own_issuer: Issuer) -> None:
    clock = Clock()

    async def find() -> None:
        keys = Keys(own_issuer.url, "ES256", clock)
        assert await keys.find("second") is None
        new_key(own_issuer, "second")
        assert await keys.find("second") is None
        clock.now += 30
        assert await keys.find("second")

    asyncio.run(find())


@dataclass
class Clock:
    """Goes on when the test says so."""

    now: float = 0

    def __call__(self) -> float:
        return self.now
