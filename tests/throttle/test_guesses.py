from itertools import count

import pytest
import time_machine
from flask import Flask

from authserver.throttle.guesses import Guesses
from authserver.throttle.shared import Verdict
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import race, statements
from tests.support.server import free_port
from tests.throttle.conftest import Redis

NOW = 1_800_000_000
QUARTER = 900
HOUR = 3600
HERE = "192.0.2.1"
ELSEWHERE = "198.51.100.7"
ANNA = "anna@example.com"
DEVICE = b"d" * 32
WELCOME = Verdict()


class Door:
    """Guesses at an application, one unit of work each."""

    def __init__(
        self,
        app: Flask,
        per_account: int = 3,
        per_source: int = 100,
        in_all: int = 100,
        redis: str | None = None,
    ) -> None:
        self.app = app
        self.guesses = Guesses(redis, per_account, per_source, in_all)

    def knock(
        self, account: str = ANNA, source: str = HERE, *, known: bool = False, device: bytes | None = None
    ) -> Verdict:
        with UnitOfWork(self.app):
            return self.guesses.knock(account, source, known=known, device=device)

    def forgive(
        self, account: str = ANNA, source: str = HERE, *, known: bool = False, device: bytes | None = None
    ) -> None:
        with UnitOfWork(self.app):
            self.guesses.forgive(account, source, known=known, device=device)

    def lets_in(
        self, account: str = ANNA, source: str = HERE, *, known: bool = False, device: bytes | None = None
    ) -> bool:
        return self.knock(account, source, known=known, device=device).retry_after is None


def strangers() -> "map[str]":
    return map("203.0.113.{}".format, count(1))


def test_after_so_many_guesses_the_door_is_shut_for_the_rest_of_a_quarter(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        door = Door(app)
        assert [door.knock() for _ in range(3)] == [WELCOME] * 3
        assert door.knock() == Verdict(QUARTER, first=True)
        assert door.knock() == Verdict(QUARTER)
        clock.shift(QUARTER - 1)
        assert door.knock() == Verdict(1)
        clock.shift(1)
        assert door.knock() == WELCOME


def test_the_next_window_tells_of_the_shut_door_anew(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        door = Door(app)
        told = []
        for _ in range(2):
            told += [door.knock().first for _ in range(6)]
            clock.shift(QUARTER)
    assert told == [False, False, False, True, False, False] * 2


def test_other_accounts_and_other_networks_are_let_in(app: Flask) -> None:
    door = Door(app)
    while door.lets_in():
        pass
    assert door.lets_in(source=ELSEWHERE)
    assert door.lets_in("berta@example.com")


def test_a_network_that_tries_many_accounts_is_shut_out_of_all(app: Flask) -> None:
    door = Door(app, per_source=5)
    assert [door.lets_in(f"{number}@example.com") for number in range(7)] == [True] * 5 + [False] * 2
    assert not door.lets_in("new@example.com")
    assert door.lets_in("new@example.com", ELSEWHERE)


def test_networks_together_are_shut_out_of_an_account_for_an_hour(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        door = Door(app, in_all=10)
        sources = strangers()
        assert sum(door.lets_in(source=next(sources)) for _ in range(20)) == 10
        clock.shift(HOUR - 1)
        assert not door.lets_in(source=next(sources))
        assert door.lets_in("berta@example.com", next(sources))
        clock.shift(1)
        assert door.lets_in(source=next(sources))


@pytest.mark.parametrize("device", [DEVICE, None])
def test_who_was_here_before_gets_in_while_strangers_are_shut_out(app: Flask, device: bytes | None) -> None:
    door = Door(app, in_all=10)
    for source, _ in zip(strangers(), range(30), strict=False):
        door.knock(source=source)
    assert not door.lets_in(source=ELSEWHERE)
    assert door.lets_in(source=ELSEWHERE, known=True, device=device)


def test_a_known_device_gets_in_from_a_network_that_is_shut_out(app: Flask) -> None:
    door = Door(app, per_source=5)
    for number in range(10):
        door.knock()
        door.knock(f"{number}@example.com")
    assert not door.lets_in()
    assert door.lets_in(known=True, device=DEVICE)


def test_a_known_device_has_a_limit_of_its_own(app: Flask) -> None:
    door = Door(app)
    assert [door.lets_in(known=True, device=DEVICE) for _ in range(4)] == [True] * 3 + [False]
    # The limit goes with the device, wherever it is.
    assert not door.lets_in(source=ELSEWHERE, known=True, device=DEVICE)
    assert door.lets_in(known=True, device=b"e" * 32)
    assert door.lets_in("berta@example.com", known=True, device=DEVICE)


def test_a_known_network_has_the_limit_of_any_network(app: Flask) -> None:
    door = Door(app)
    assert [door.lets_in(known=True) for _ in range(4)] == [True] * 3 + [False]
    assert not door.lets_in()


def test_a_right_password_forgives_the_wrong_ones_before_it(app: Flask) -> None:
    door = Door(app)
    for device in (None, DEVICE):
        for _ in range(5):
            assert door.lets_in(known=device is not None, device=device)
            assert door.lets_in(known=device is not None, device=device)
            assert door.lets_in(known=device is not None, device=device)
            door.forgive(known=device is not None, device=device)


def test_two_hundred_people_behind_one_address_may_sign_in(app: Flask) -> None:
    door = Door(app, per_source=5)
    for number in range(200):
        assert door.lets_in(f"{number}@example.com"), number
        door.forgive(f"{number}@example.com")


def test_a_person_may_sign_in_from_any_number_of_networks(app: Flask) -> None:
    door = Door(app, in_all=10)
    for source, _ in zip(strangers(), range(50), strict=False):
        assert door.lets_in(source=source)
        door.forgive(source=source)


def test_a_right_password_takes_back_its_own_attempt_and_no_others(app: Flask) -> None:
    door = Door(app, per_source=5)
    for number in range(4):
        assert door.lets_in(f"{number}@example.com")
    # Somebody with an account of their own can't buy guesses at others with it.
    for _ in range(3):
        assert door.lets_in("own@example.com")
        door.forgive("own@example.com")
    assert door.lets_in("4@example.com")
    assert not door.lets_in("5@example.com")


def test_forgiving_after_the_window_ended_is_no_gift(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        door = Door(app, per_account=100, per_source=5, in_all=5)
        assert door.lets_in()
        clock.shift(HOUR)
        for _ in range(3):
            door.forgive()
        assert sum(door.lets_in(f"{number}@example.com") for number in range(9)) == 5


def test_forgiving_twice_is_no_gift(app: Flask) -> None:
    door = Door(app, per_source=5)
    assert door.lets_in()
    for _ in range(4):
        door.forgive()
    assert sum(door.lets_in(f"{number}@example.com") for number in range(9)) == 5


def test_sources_are_networks(app: Flask) -> None:
    door = Door(app)
    for number in range(3):
        assert door.lets_in(source=f"2001:db8:1:2::{number}")
    assert not door.lets_in(source="2001:db8:1:2:ffff::9")
    assert door.lets_in(source="2001:db8:1:3::1")
    door.forgive(source="2001:db8:1:2:aaaa::1")
    assert door.lets_in(source="2001:db8:1:2::1")


@pytest.mark.parametrize(
    "account", ["", "x" * 10_240, "nul\x00", "\ud800", "a/b", "'; DROP TABLE x", "ü" * 99]
)
def test_whatever_an_account_is_called_it_is_counted(app: Flask, account: str) -> None:
    door = Door(app)
    assert [door.lets_in(account) for _ in range(4)] == [True] * 3 + [False]


def test_no_account_runs_into_another(app: Flask) -> None:
    door = Door(app, per_account=3)
    for _ in range(4):
        door.knock("a/192.0.2.1", ELSEWHERE)
        door.knock("a', 'b", ELSEWHERE)
    assert door.lets_in("a", HERE)
    assert door.lets_in("a", "b', '198.51.100.7")


def test_a_shut_door_is_looked_at_and_nothing_is_written(app: Flask) -> None:
    door = Door(app)
    while door.lets_in():
        pass
    with statements(app) as sent:
        assert not any(door.lets_in() for _ in range(5))
    assert {statement.split()[0] for statement in sent} == {"SELECT"}


def test_a_network_that_is_shut_out_fills_no_table(app: Flask) -> None:
    door = Door(app, per_source=5)
    for number in range(6):
        door.knock(f"{number}@example.com")
    with statements(app) as sent:
        for number in range(6, 30):
            assert not door.lets_in(f"{number}@example.com")
    assert not [statement for statement in sent if not statement.startswith("SELECT")]


def test_an_unknown_account_asks_the_same_of_the_database_as_a_known_one(app: Flask) -> None:
    door = Door(app)
    asked = []
    door.forgive()
    for account in (ANNA, "nobody@example.com"):
        with statements(app) as sent:
            door.knock(account)
        asked.append(sent)
    assert asked[0] == asked[1]


def test_two_instances_count_together(twins: tuple[Flask, Flask]) -> None:
    doors = [Door(app, per_account=4) for app in twins]
    assert [doors[number % 2].lets_in() for number in range(6)] == [True] * 4 + [False] * 2
    doors[0].forgive()
    assert doors[1].lets_in()


@pytest.mark.parametrize(
    ("per_account", "per_source", "in_all"), [(10, 100, 100), (100, 10, 100), (100, 100, 10)]
)
def test_of_sixteen_guesses_at_once_no_more_than_ten_are_let_in(
    twins: tuple[Flask, Flask], per_account: int, per_source: int, in_all: int
) -> None:
    doors = [Door(app, per_account, per_source, in_all) for app in twins]
    verdicts = race(16, lambda number: doors[number % 2].knock())
    judged = [verdict for verdict in verdicts if isinstance(verdict, Verdict)]
    assert len(judged) == 16
    assert sum(verdict.retry_after is None for verdict in judged) == 10
    assert sum(verdict.first for verdict in judged) == 1


def test_sixteen_right_passwords_at_once_leave_nothing_counted(twins: tuple[Flask, Flask]) -> None:
    doors = [Door(app, per_account=50, per_source=20, in_all=20) for app in twins]

    def sign_in(number: int) -> None:
        assert doors[number % 2].lets_in()
        doors[number % 2].forgive()

    for _ in range(3):
        assert race(16, sign_in) == [None] * 16
    assert sum(doors[0].lets_in() for _ in range(25)) == 20


def test_with_redis_instances_count_together_and_the_database_is_left_alone(
    app: Flask, redis_server: Redis
) -> None:
    doors = [Door(app, per_source=5, redis=redis_server.url) for _ in range(2)]
    with statements(app) as sent:
        assert [doors[number % 2].lets_in() for number in range(5)] == [True] * 3 + [False] * 2
        doors[0].forgive()
        for number in range(20):
            assert doors[number % 2].lets_in(f"{number}@example.com")
            doors[number % 2].forgive(f"{number}@example.com")
        assert 1 <= (doors[0].knock("\ud800", "\ud800").retry_after or 1) <= QUARTER
    assert sent == []


def test_of_sixteen_guesses_at_once_redis_lets_in_no_more_than_ten(app: Flask, redis_server: Redis) -> None:
    door = Door(app, per_account=10, redis=redis_server.url)
    verdicts = [verdict for verdict in race(16, lambda _: door.knock()) if isinstance(verdict, Verdict)]
    assert sum(verdict.retry_after is None for verdict in verdicts) == 10
    assert sum(verdict.first for verdict in verdicts) == 1


def test_no_address_stands_in_redis(app: Flask, redis_server: Redis) -> None:
    door = Door(app, redis=redis_server.url)
    door.knock()
    storage = door.guesses._counters._redis
    assert storage
    keys = storage.storage.keys("*")  # type: ignore[union-attr] # Redis, as the address says
    assert len(keys) == 3
    assert not [key for key in keys if b"anna" in key or HERE.encode() in key]


def test_while_redis_is_away_the_database_counts(app: Flask, redis_server: Redis) -> None:
    door = Door(app, redis=redis_server.url)
    assert door.lets_in()
    redis_server.stop()
    assert [door.lets_in() for _ in range(4)] == [True] * 3 + [False]
    door.forgive()
    assert door.lets_in()


def test_a_redis_that_was_never_there_costs_nothing_but_its_speed(app: Flask) -> None:
    door = Door(app, redis=f"redis://127.0.0.1:{free_port()}/0")
    assert [door.lets_in() for _ in range(4)] == [True] * 3 + [False]
