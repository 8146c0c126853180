from itertools import count

import pytest
import time_machine
from flask import Flask

from authserver.throttle.mail_limits import MailLimits
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import race, statements
from tests.throttle.conftest import Redis

NOW = 1_800_000_000
HOUR = 3600
HERE = "192.0.2.1"
ELSEWHERE = "198.51.100.7"
ANNA = "anna@example.com"


def allowed(app: Flask, limits: MailLimits, address: str = ANNA, source: str = HERE) -> bool:
    with UnitOfWork(app):
        return limits.ask(address, source).retry_after is None


def test_an_address_gets_so_many_letters_an_hour_whoever_asks(app: Flask) -> None:
    limits = MailLimits(None, 3, 100, 100)
    with time_machine.travel(NOW, tick=False) as clock:
        sources = map("203.0.113.{}".format, count(1))
        assert [allowed(app, limits, source=next(sources)) for _ in range(5)] == [True] * 3 + [False] * 2
        assert allowed(app, limits, "berta@example.com")
        clock.shift(HOUR - 1)
        assert not allowed(app, limits)
        clock.shift(1)
        assert allowed(app, limits)


def test_a_source_asks_for_so_many_letters_an_hour(app: Flask) -> None:
    limits = MailLimits(None, 3, 5, 100)
    asked = [allowed(app, limits, f"{number}@example.com") for number in range(7)]
    assert asked == [True] * 5 + [False] * 2
    assert allowed(app, limits, source=ELSEWHERE)


def test_a_source_is_a_network(app: Flask) -> None:
    limits = MailLimits(None, 3, 2, 100)
    sources = ["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff::3", "2001:db8:1:3::1"]
    asked = [allowed(app, limits, f"{source}@example.com", source) for source in sources]
    assert asked == [True, True, False, True]


def test_there_are_so_many_letters_an_hour_in_all(app: Flask) -> None:
    limits = MailLimits(None, 3, 5, 10)
    asked = [allowed(app, limits, f"{n}@example.com", f"203.0.113.{n}") for n in range(14)]
    assert asked == [True] * 10 + [False] * 4


def test_who_is_refused_uses_up_nothing_of_others(app: Flask) -> None:
    limits = MailLimits(None, 3, 5, 20)
    for number in range(50):
        allowed(app, limits, f"{number}@example.com")
    assert [allowed(app, limits, source=ELSEWHERE) for _ in range(4)] == [True] * 3 + [False]
    # Five and one over the limit from here, three and one over from there: the rest is left.
    assert sum(allowed(app, limits, f"{n}@example.org", f"203.0.113.{n}") for n in range(20)) >= 10


def test_a_refused_wish_writes_nothing(app: Flask) -> None:
    limits = MailLimits(None, 1, 100, 100)
    while allowed(app, limits):
        pass
    with statements(app) as sent:
        assert not any(allowed(app, limits) for _ in range(5))
    assert {statement.split()[0] for statement in sent} == {"SELECT"}


def test_a_new_and_an_old_address_ask_the_same_of_the_database(app: Flask) -> None:
    limits = MailLimits(None, 5, 100, 100)
    allowed(app, limits)
    asked = []
    for address in (ANNA, "new@example.com"):
        with statements(app) as sent:
            allowed(app, limits, address)
        asked.append(sent)
    assert asked[0] == asked[1]


def test_two_instances_count_together(twins: tuple[Flask, Flask]) -> None:
    limits = [MailLimits(None, 3, 100, 100) for _ in twins]
    asked = [allowed(twins[number % 2], limits[number % 2]) for number in range(5)]
    assert asked == [True] * 3 + [False] * 2


@pytest.mark.parametrize(("per_address", "per_source", "in_all"), [(3, 99, 99), (99, 3, 99), (99, 99, 3)])
def test_of_sixteen_wishes_at_once_no_more_than_three_are_granted(
    twins: tuple[Flask, Flask], per_address: int, per_source: int, in_all: int
) -> None:
    limits = MailLimits(None, per_address, per_source, in_all)
    answers = race(16, lambda number: allowed(twins[number % 2], limits))
    assert sorted(map(str, answers)) == ["False"] * 13 + ["True"] * 3


def test_redis_counts_for_all_instances(app: Flask, redis_server: Redis) -> None:
    limits = [MailLimits(redis_server.url, 3, 100, 100) for _ in range(2)]
    with statements(app) as sent:
        answers = race(16, lambda number: allowed(app, limits[number % 2]))
    assert sorted(map(str, answers)) == ["False"] * 13 + ["True"] * 3
    assert sent == []


def test_while_redis_is_away_the_database_counts(app: Flask, redis_server: Redis) -> None:
    limits = MailLimits(redis_server.url, 3, 100, 100)
    redis_server.stop()
    assert [allowed(app, limits) for _ in range(5)] == [True] * 3 + [False] * 2
