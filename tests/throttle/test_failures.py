import pytest
import time_machine
from flask import Flask
from sqlalchemy.exc import OperationalError

from authserver.provider.ports import ThrottledSecrets
from authserver.throttle.failures import Failures, Verdict
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import away, race, statements, trail

NOW = 1_800_000_000
HERE = "192.0.2.1"
ELSEWHERE = "198.51.100.7"
PATIENCE = Verdict()
SOURCES = [
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
    ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ("fe80::1%eth0", "fe80::2", True),
    ("192.0.2.1", "192.0.2.2", False),
    ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ("::ffff:192.0.2.1", "192.0.2.1", True),
    ("unknown", "unknown", True),
]


def failed(app: Flask, failures: Failures, client: str = "client", source: str = HERE) -> Verdict:
    with UnitOfWork(app):
        return failures.failed(client, source)


def test_after_so_many_failures_of_a_client_the_door_closes_for_the_rest_of_the_minute(app: Flask) -> None:
    failures = Failures(None, per_client=3, per_source=100)
    with time_machine.travel(NOW, tick=False) as clock:
        assert [failed(app, failures) for _ in range(3)] == [PATIENCE, PATIENCE, Verdict(first=True)]
        assert failed(app, failures) == Verdict(retry_after=60)
        clock.shift(59)
        assert failed(app, failures) == Verdict(retry_after=1)
        clock.shift(1)
        assert failed(app, failures) == PATIENCE


def test_other_clients_and_other_sources_are_met_with_patience(app: Flask) -> None:
    failures = Failures(None, per_client=1, per_source=100)
    assert failed(app, failures).first
    assert failed(app, failures).retry_after
    assert failed(app, failures, source=ELSEWHERE) == Verdict(first=True)
    assert failed(app, failures, client="other") == Verdict(first=True)


def test_a_source_that_tries_many_clients_closes_the_door_for_all_of_them(app: Flask) -> None:
    failures = Failures(None, per_client=100, per_source=5)
    verdicts = [failed(app, failures, client=f"client {number}") for number in range(7)]
    assert [verdict.first for verdict in verdicts] == [False] * 4 + [True, False, False]
    assert [verdict.retry_after is not None for verdict in verdicts] == [False] * 5 + [True, True]
    assert failed(app, failures, client="client 0", source=ELSEWHERE) == PATIENCE


def test_a_closed_door_writes_nothing(app: Flask) -> None:
    failures = Failures(None, per_client=1, per_source=100)
    failed(app, failures)
    with statements(app) as sent:
        assert failed(app, failures).retry_after
    assert {statement.split()[0] for statement in sent} == {"SELECT"}


def test_a_flood_at_a_closed_door_does_not_reach_the_counters(app: Flask) -> None:
    failures = Failures(None, per_client=1, per_source=100)
    failed(app, failures)
    assert failed(app, failures).retry_after
    with statements(app) as sent:
        assert all(failed(app, failures).retry_after for _ in range(50))
    assert sent == []


def test_whatever_a_client_calls_itself_it_is_counted(app: Flask) -> None:
    failures = Failures(None, per_client=2, per_source=100)
    for name in ("x" * 1024, "nul\x00", "ü" * 500, "a/b", "'; DROP TABLE throttle_counters"):
        assert [failed(app, failures, client=name).first for _ in range(2)] == [False, True]
        assert failed(app, failures, client=name).retry_after


def test_when_a_door_closes_the_trail_tells_it_once_whatever_the_client_calls_itself(app: Flask) -> None:
    for number, name in enumerate(("client", "x" * 1024, "nul\x00")):
        secrets = ThrottledSecrets(Failures(None, per_client=2, per_source=100))
        waits = []
        for _ in range(4):
            with UnitOfWork(app):
                waits.append(secrets.failed(name, HERE, "request-1"))
        assert [wait is not None for wait in waits] == [False, False, True, True]
        assert [event.action for event in trail(app)] == ["client.throttled"] * (number + 1)
    assert {(event.actor, event.source, event.result) for event in trail(app)} == {
        ("anonymous", HERE, "refused")
    }


def test_a_source_is_what_one_caller_surely_holds(app: Flask) -> None:
    failures = Failures(None, per_client=1, per_source=100)
    for one, other, same in SOURCES:
        failed(app, failures, client=one + other, source=one)
        again = failed(app, failures, client=one + other, source=other)
        assert (again.retry_after is not None) is same, (one, other)


def test_two_instances_count_together(twins: tuple[Flask, Flask]) -> None:
    apart = [Failures(None, per_client=4, per_source=100) for _ in twins]
    verdicts = [failed(twins[number % 2], apart[number % 2]) for number in range(5)]
    assert verdicts[3].first
    assert verdicts[4].retry_after


def test_failures_at_once_are_all_counted_or_turned_away(twins: tuple[Flask, Flask]) -> None:
    failures = Failures(None, per_client=10, per_source=100)
    verdicts = race(16, lambda number: failed(twins[number % 2], failures))
    assert all(isinstance(verdict, Verdict) for verdict in verdicts)
    assert failed(twins[0], failures).retry_after


def test_a_database_that_is_away_is_asked_once_and_told_as_such(app: Flask) -> None:
    with statements(app) as sent, away(app), pytest.raises(OperationalError):
        failed(app, Failures(None, per_client=1, per_source=1))
    assert len(sent) == 1
