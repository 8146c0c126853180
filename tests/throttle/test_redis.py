from flask import Flask

from authserver.throttle.failures import Failures, Verdict
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import race, statements
from tests.support.server import free_port
from tests.throttle.conftest import Redis

HERE = "192.0.2.1"


def failed(app: Flask, failures: Failures) -> Verdict:
    with UnitOfWork(app):
        return failures.failed("client", HERE)


def test_with_redis_two_instances_count_together_and_the_database_is_left_alone(
    app: Flask, redis_server: Redis
) -> None:
    one, other = (Failures(redis_server.url, per_client=3, per_source=100) for _ in range(2))
    with statements(app) as sent:
        assert failed(app, one) == failed(app, other) == Verdict()
        assert failed(app, one) == Verdict(first=True)
        wait = failed(app, other).retry_after
    assert wait is not None
    assert 1 <= wait <= 60
    assert sent == []


def test_failures_at_once_are_all_counted_in_redis(app: Flask, redis_server: Redis) -> None:
    failures = Failures(redis_server.url, per_client=16, per_source=100)
    assert all(isinstance(verdict, Verdict) for verdict in race(16, lambda _: failed(app, failures)))
    assert failed(app, failures).retry_after


def test_while_redis_is_away_the_database_counts_on_and_then_redis_again(
    app: Flask, redis_server: Redis
) -> None:
    failures = Failures(redis_server.url, per_client=2, per_source=100)
    assert failed(app, failures) == Verdict()
    redis_server.stop()
    assert failed(app, failures) == Verdict()
    assert failed(app, failures) == Verdict(first=True)
    assert failed(app, failures).retry_after
    redis_server.start()
    # The pause after a failure is over, and so is the second for which a closed door is remembered.
    failures._counters._redis_again_at = 0
    failures._closed.clear()
    with statements(app) as sent:
        assert failed(app, failures) == Verdict()
    assert sent == []


def test_a_redis_that_was_never_there_costs_nothing_but_its_speed(app: Flask) -> None:
    failures = Failures(f"redis://127.0.0.1:{free_port()}/0", per_client=1, per_source=100)
    assert failed(app, failures) == Verdict(first=True)
    assert failed(app, failures).retry_after
