import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

from authserver.base import cache
from authserver.base.cache import ShortCache
from tests.support.application import Clock, race


class Source:
    """Where values are read: counts the reads, and can be away."""

    def __init__(self, **values: str) -> None:
        """Take what there is."""
        self.values = values
        self.reads = 0
        self.error: Exception | None = None

    def __call__(self, key: str) -> str | None:
        """Read a value."""
        self.reads += 1
        if self.error:
            raise self.error
        return self.values.get(key)


def unreachable() -> OperationalError:
    return OperationalError("", {}, ConnectionRefusedError())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """The clock of the caches, standing."""
    standing = Clock()
    monkeypatch.setattr(cache, "time", standing)
    return standing


def test_a_value_is_read_once_a_second(clock: Clock) -> None:
    source = Source(a="1")
    values = ShortCache(source)
    assert values.get("a") == "1"
    source.values["a"] = "2"
    clock.advance(0.99)
    assert (values.get("a"), source.reads) == ("1", 1)
    clock.advance(0.01)
    assert (values.get("a"), source.reads) == ("2", 2)


def test_the_age_of_a_value_counts_from_before_its_read_began(clock: Clock) -> None:
    def slow(_key: str) -> str:
        clock.advance(0.6)
        return f"read until {clock.now}"

    values = ShortCache(slow)
    first = values.get("a")
    clock.advance(0.39)
    assert values.get("a") == first
    clock.advance(0.01)
    assert values.get("a") != first


def test_asking_for_what_is_recent_never_reads(clock: Clock) -> None:
    source = Source(a="1")
    values = ShortCache(source)
    assert values.recent("a") is None
    values.get("a")
    assert (values.recent("a"), source.reads) == ("1", 1)
    clock.advance(1)
    assert (values.recent("a"), source.reads) == (None, 1)


def test_reading_now_passes_by_what_is_recent_and_replaces_it(clock: Clock) -> None:
    source = Source(a="1")
    values = ShortCache(source)
    values.get("a")
    clock.advance(0.1)
    source.values["a"] = "2"
    assert values.read("a") == "2"
    assert values.get("a") == "2"


def test_what_does_not_exist_is_not_kept(clock: Clock) -> None:
    source = Source()
    values = ShortCache(source)
    for number in range(100):
        assert values.get(f"stranger {number}") is None
    source.values["stranger 1"] = "came"
    assert values.get("stranger 1") == "came"
    assert len(values._entries) == 1
    assert not values._flights


def test_what_vanished_is_gone_at_the_next_read(clock: Clock) -> None:
    source = Source(a="1")
    values = ShortCache(source)
    values.get("a")
    del source.values["a"]
    clock.advance(0.1)
    assert values.read("a") is None
    assert values.recent("a") is None


def test_no_more_values_are_kept_than_allowed(clock: Clock) -> None:
    values = ShortCache(lambda key: key, size=3)
    for number in range(50):
        assert values.get(str(number)) == str(number)
        assert len(values._entries) <= 3


def test_room_is_made_by_dropping_what_is_old_first(clock: Clock) -> None:
    values = ShortCache(lambda key: key, size=3)
    values.get("old")
    clock.advance(0.9)
    values.get("young")
    values.get("younger")
    clock.advance(0.2)
    values.get("new")
    assert set(values._entries) == {"young", "younger", "new"}


def test_many_threads_that_ask_at_once_cause_one_or_two_reads() -> None:
    source = Source(a="1")

    def load(key: str) -> str | None:
        time.sleep(0.05)
        return source(key)

    values = ShortCache(load)
    assert race(16, lambda _: values.get("a")) == ["1"] * 16
    # Who asked while the first read ran shares a second one, because the first may have begun too early.
    assert source.reads <= 3


def test_one_slow_value_holds_up_no_other() -> None:
    release = threading.Event()

    def load(key: str) -> str:
        if key == "slow":
            assert release.wait(10)
        return key

    values = ShortCache(load)
    waiting = threading.Thread(target=values.get, args=("slow",))
    waiting.start()
    try:
        assert values.get("quick") == "quick"
    finally:
        release.set()
        waiting.join()


def test_while_the_database_is_away_what_decides_is_not_served_on(clock: Clock) -> None:
    source = Source(a="1")
    values = ShortCache(source)
    values.get("a")
    clock.advance(1)
    source.error = unreachable()
    with pytest.raises(OperationalError):
        values.get("a")


def test_what_was_published_is_served_on_for_as_long_as_allowed_and_no_longer(clock: Clock) -> None:
    source = Source(a="1")
    values = ShortCache(source, outage=300)
    values.get("a")
    source.error = unreachable()
    clock.advance(299)
    assert values.get("a") == "1"
    clock.advance(1)
    with pytest.raises(OperationalError):
        values.get("a")
    with pytest.raises(OperationalError):
        values.get("never read")


def test_during_an_outage_the_database_is_tried_once_a_second_and_noticed_when_it_is_back(
    clock: Clock,
) -> None:
    source = Source(a="1")
    values = ShortCache(source, outage=300)
    values.get("a")
    clock.advance(1)
    source.error, source.reads = unreachable(), 0
    assert [values.get("a") for _ in range(20)] == ["1"] * 20
    assert source.reads == 1
    source.error, source.values["a"] = None, "2"
    clock.advance(1)
    assert values.get("a") == "2"


def test_threads_wait_for_an_absent_database_together_not_one_after_the_other() -> None:
    source = Source(a="1")

    def load(key: str) -> str | None:
        if source.error:
            time.sleep(0.05)
        return source(key)

    values = ShortCache(load, outage=300)
    values.get("a")
    values._entries["a"] = values._entries["a"]._replace(tried_at=0)
    source.error, source.reads = unreachable(), 0
    assert race(8, lambda _: values.get("a")) == ["1"] * 8
    assert source.reads <= 2


def test_only_an_absent_database_is_bridged_never_a_fault(clock: Clock) -> None:
    source = Source(a="1")
    values = ShortCache(source, outage=300)
    values.get("a")
    clock.advance(1)
    source.error = ValueError("a fault of ours")
    with pytest.raises(ValueError, match="a fault of ours"):
        values.get("a")
    source.error = None
    assert values.get("a") == "1"
