"""Strangers who leave more requests than anybody needs."""

import pytest
import time_machine

from authserver.throttle import arrivals
from authserver.throttle.arrivals import Arrivals

NOW = 1_800_000_000
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.1"


def test_a_network_that_leaves_too_many_is_told_when_the_next_minute_begins() -> None:
    counted = Arrivals(3)
    with time_machine.travel(NOW, tick=False) as clock:
        assert [counted.wait(HERE) for _ in range(4)] == [None, None, None, 60]
        assert counted.wait(ELSEWHERE) is None
        clock.shift(59)
        assert counted.wait(HERE) == 1
        clock.shift(1)
        assert counted.wait(HERE) is None


def test_addresses_of_one_line_count_as_one_network() -> None:
    counted = Arrivals(1)
    with time_machine.travel(NOW, tick=False):
        assert counted.wait("2001:db8::1") is None
        assert counted.wait("2001:db8::2") == 60
        assert counted.wait("2001:db8:0:1::1") is None


def test_without_limits_nobody_waits() -> None:
    counted = Arrivals(1, counting=False)
    assert [counted.wait(HERE) for _ in range(3)] == [None, None, None]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "NETWORKS_KEPT", 2)
    counted = Arrivals(1)
    with time_machine.travel(NOW, tick=False):
        assert [counted.wait(each) for each in (HERE, HERE, ELSEWHERE)] == [None, 60, None]
        assert counted.wait(HERE) is None
