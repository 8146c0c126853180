"""How many tokens an API client, and an organization with all of its clients, may take in an hour."""

import time_machine
from flask import Flask

from authserver.throttle.issuance import IssuanceQuota
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import race, statements
from tests.throttle.conftest import Redis

NOW = 1_800_000_000
HOUR = 3600


def taken(app: Flask, quota: IssuanceQuota, client: str = "reports", organization: str = "acme") -> bool:
    with UnitOfWork(app):
        return quota.spend(client, organization).retry_after is None


def test_a_client_takes_so_many_tokens_an_hour_and_is_told_when_there_are_new_ones(app: Flask) -> None:
    quota = IssuanceQuota(None, 3, 0)
    with time_machine.travel(NOW, tick=False) as clock:
        assert [taken(app, quota) for _ in range(4)] == [True, True, True, False]
        clock.shift(600)
        with UnitOfWork(app):
            assert quota.spend("reports", "acme").retry_after == HOUR - 600
        assert taken(app, quota, "another")
        clock.shift(HOUR - 600)
        assert taken(app, quota)


def test_an_organization_has_one_quota_for_all_its_clients(app: Flask) -> None:
    quota = IssuanceQuota(None, 0, 3)
    clients = ("reports", "imports", "reports", "exports")
    assert [taken(app, quota, client) for client in clients] == [True, True, True, False]
    assert taken(app, quota, "theirs", "globex")


def test_a_client_and_an_organization_of_one_name_are_counted_apart(app: Flask) -> None:
    quota = IssuanceQuota(None, 2, 2)
    assert [taken(app, quota, "same", "same") for _ in range(3)] == [True, True, False]


def test_no_limit_asks_no_counter_at_all(app: Flask) -> None:
    with statements(app) as sent:
        assert all(taken(app, IssuanceQuota(None, 0, 0)) for _ in range(5))
    assert sent == []


def test_of_many_at_once_on_two_instances_exactly_so_many_get_one(twins: tuple[Flask, Flask]) -> None:
    instances = [(app, IssuanceQuota(None, 10, 0)) for app in twins]
    got = race(32, lambda number: taken(*instances[number % 2]))
    assert sum(got) == 10


def test_redis_counts_and_the_database_while_it_is_away(app: Flask, redis_server: Redis) -> None:
    quota = IssuanceQuota(redis_server.url, 3, 0)
    with statements(app) as sent:
        assert [taken(app, quota) for _ in range(4)] == [True, True, True, False]
    assert sent == []
    redis_server.stop()
    assert [taken(app, quota) for _ in range(4)] == [True, True, True, False]
