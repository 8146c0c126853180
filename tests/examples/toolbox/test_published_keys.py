"""The provider's keys: nobody makes us ask more than once in ten seconds, whatever the answer is."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from joserfc.jwk import KeySet, RSAKey

from examples.toolbox.keys import BELIEVED, FETCHED_AGAIN, KEPT, NotNowError, PublishedKeys
from tests.examples.toolbox.products import product
from tests.examples.toolbox.standin import Standin
from tests.support.server import free_port

KEYS = KeySet([RSAKey.generate_key(2048, {"kid": "first"})])


class _Provider:
    """Counts who asks."""

    def __init__(self) -> None:
        self.asked, self.now = 0, 1000.0
        self.away = False
        self.reached, self.holding = threading.Event(), threading.Event()
        self.holding.set()
        self.keys = PublishedKeys(self._fetch, lambda: self.now)

    def _fetch(self) -> KeySet:
        self.asked += 1
        self.reached.set()
        self.holding.wait(20)
        if self.away:
            raise requests.ConnectionError
        return KEYS

    def strangers(self, number: int = 5) -> None:
        """Name so many keys that do not exist."""
        for each in range(number):
            try:
                assert self.keys.holding(f"made up {each}") is KEYS
            except NotNowError:
                assert self.away


def test_strangers_make_us_ask_once_in_ten_seconds() -> None:
    provider = _Provider()
    provider.strangers()
    assert provider.asked == 1
    provider.now += FETCHED_AGAIN + 1
    provider.strangers()
    assert provider.asked == 2


@pytest.mark.parametrize("before", ["good answers", "nothing"])
def test_strangers_make_us_ask_once_in_ten_seconds_also_while_the_keys_can_not_be_had(before: str) -> None:
    provider = _Provider()
    if before == "good answers":
        provider.keys.all()
        provider.now += FETCHED_AGAIN + 1
    asked, provider.away = provider.asked, True
    provider.strangers()
    assert provider.asked == asked + 1
    provider.now += FETCHED_AGAIN + 1
    provider.strangers()
    assert provider.asked == asked + 2


def test_keys_of_before_hold_while_new_ones_can_not_be_had_and_not_for_ever() -> None:
    provider = _Provider()
    provider.keys.all()
    provider.away = True
    provider.now += KEPT + 1
    assert provider.keys.all() is provider.keys.holding("first") is KEYS
    provider.now += BELIEVED
    with pytest.raises(NotNowError):
        provider.keys.all()
    provider.away, provider.now = False, provider.now + FETCHED_AGAIN + 1
    assert provider.keys.all() is KEYS


def test_nobody_who_has_keys_waits_while_another_thread_asks() -> None:
    provider = _Provider()
    provider.keys.all()
    provider.now += KEPT + 1
    provider.reached.clear()
    provider.holding.clear()
    with ThreadPoolExecutor(1) as at_work:
        asking = at_work.submit(provider.keys.all)
        try:
            assert provider.reached.wait(20)
            assert provider.keys.holding("first") is KEYS
            # It may be there by now, so this is no No.
            with pytest.raises(NotNowError):
                provider.keys.holding("second")
            assert not asking.done()
        finally:
            provider.holding.set()
    assert provider.asked == 2


def test_a_logout_token_whose_key_can_not_be_looked_up_is_to_be_sent_again(
    standin: Standin, tmp_path: Path
) -> None:
    standin.keys_away = True
    with product(tmp_path, standin.issuer, free_port(), "a secret") as trusting:
        visitor, token = trusting.visitor(), standin.logout_token()
        address = f"{trusting.origin}/backchannel-logout"
        answers = [visitor.browser.post(address, logout_token=token).status for _ in range(5)]
    assert answers == [503] * 5
    assert len([path for path, _ in standin.asked if path == "/jwks"]) == 1
