"""What the follower keeps: as little as decides, found at once and forgotten without looking at the rest."""

import threading
from collections.abc import Iterator
from typing import Any

from examples.ended_tokens import AT_ONCE, Ended
from tests.http.test_follower import NOW, TOKEN, event

MANY = 20_000


class Seen(dict[Any, Any]):
    """A dictionary that nobody may look through."""

    def __iter__(self) -> Iterator[Any]:
        raise AssertionError

    items = values = keys = __iter__  # type: ignore[assignment] # none of them


class Counted:
    """A lock that counts how often it was taken."""

    def __init__(self) -> None:
        self.lock, self.taken = threading.Lock(), 0

    def __enter__(self) -> None:
        self.taken += 1
        self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.lock.release()


def test_of_events_that_differ_in_their_second_the_latest_is_kept() -> None:
    ended = Ended()
    ended.add(event(NOW - 50 + number % 50, sub="P") for number in range(MANY))
    assert len(ended) == 1
    assert ended.refuses(TOKEN | {"iat": NOW - 1})
    assert not ended.refuses(TOKEN)
    ended.forget(NOW - 1)
    assert len(ended) == 1
    ended.forget(NOW)
    assert len(ended) == 0


def test_what_events_except_and_leave_is_kept_apart() -> None:
    ended = Ended()
    told = [event(sub="P", more=more) for more in ({}, {"except_scope": "b"}, {"permissions": []})]
    later = [event(NOW + 9, sub="P", more=more) for more in ({"except_scope": "b"}, {"permissions": ["x"]})]
    ended.add(told + later + told)
    assert len(ended) == 4
    ended.add(
        [event(sub="P", more={"permissions": ["y", "z"]}), event(sub="P", more={"permissions": ["z", "y"]})]
    )
    assert len(ended) == 5


def test_a_token_is_looked_up_as_often_as_there_are_kinds_of_events() -> None:
    ended = Ended()
    ended.add(event(sub=str(number)) for number in range(MANY))
    ended.add(event(jti=f"{number:05}.") for number in range(MANY))
    assert list(ended._matches(TOKEN)) == [(("sub", "P"),), (("jti", "G.1234"),)]


def test_kinds_of_events_that_there_are_no_more_are_forgotten() -> None:
    ended = Ended()
    ended.add([event(NOW - 9, sub="P"), event(NOW - 9, sub="Q"), event(NOW - 9, jti="G."), event(sub="R")])
    ended.forget(NOW - 5)
    assert list(ended._matches(TOKEN)) == [(("sub", "P"),)]
    ended.forget(NOW + 1)
    assert list(ended._matches(TOKEN)) == []
    ended.add([event(jti="G.")])
    assert ended.refuses(TOKEN)


def test_who_forgets_looks_at_nothing_that_stays_and_lets_requests_through() -> None:
    ended = Ended()
    ended.add(event(NOW - number, sub=str(number)) for number in range(MANY))
    ended._events = Seen(ended._events)
    ended._lock = lock = Counted()  # type: ignore[assignment] # a lock for with
    ended.forget(NOW - MANY + 2)
    assert (lock.taken, dict.__len__(ended._events)) == (1, MANY - 1)
    ended.forget(NOW + 1)
    assert dict.__len__(ended._events) == 0
    assert lock.taken > MANY / AT_ONCE


def test_a_copy_is_whole_whatever_a_thread_was_doing() -> None:
    ended = Ended()
    ended.add([event(sub="P"), event(sid="S"), event(NOW - 9, jti="G.")])
    # As far as a thread had come when the process forked: it held the lock, and had counted nothing yet.
    ended._lock.acquire()
    ended._kinds.clear()
    ended._ages.clear()
    copy = ended.copy()
    assert (len(copy), len(list(copy._matches(TOKEN)))) == (3, 3)
    copy.forget(NOW)
    assert (len(copy), len(list(copy._matches(TOKEN)))) == (2, 2)


def test_claims_that_are_no_text_or_not_there_equal_nothing() -> None:
    ended = Ended()
    ended.add([event(sub="None"), event(org_id="['O']")])
    assert not ended.refuses({"iat": NOW, "org_id": ["O"]})


def test_a_token_that_says_not_when_it_was_issued_is_as_old_as_can_be() -> None:
    ended = Ended()
    ended.add([event(1, sub="P")])
    assert ended.refuses({"sub": "P"})
