"""How many access tokens may be given back in an hour, by whom."""

import pytest
import time_machine
from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.oidc.vocabulary import REVOCATION
from authserver.organizations import directory
from authserver.throttle import revocations
from authserver.throttle.revocations import Revocations
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.feed import api, client, machine_token
from tests.front_channel.party import call

NOW = 1_800_000_000
HOUR = 3600


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocations, "OF_ONE", 2)
    monkeypatch.setattr(revocations, "OF_AN_ORGANIZATION", 3)


def machine(app: Flask, client: str = "reports", organization: str = "acme") -> int | None:
    with UnitOfWork(app):
        return Revocations(None).of_machine(client, organization)


def person(app: Flask, client: str = "product", subject: str = "anna") -> int | None:
    with UnitOfWork(app):
        return Revocations(None).of_person(client, subject)


def test_a_client_gives_so_many_tokens_back_in_an_hour_and_then_more(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        assert [machine(app) for _ in range(3)] == [None, None, HOUR]
        assert machine(app, "another") is None
        clock.shift(HOUR)
        assert machine(app) is None


def test_an_organization_does_not_get_further_by_many_clients(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False):
        assert [machine(app, str(number)) for number in range(4)] == [None, None, None, HOUR]
        assert machine(app, "theirs", "another") is None


def test_one_person_does_not_use_up_what_others_may_at_the_same_application(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False):
        assert [person(app) for _ in range(3)] == [None, None, HOUR]
        assert person(app, subject="ben") is None
        assert person(app, client="another") is None


def test_without_limits_nothing_is_counted(app: Flask) -> None:
    limits = Revocations(None, counting=False)
    with UnitOfWork(app):
        assert [limits.of_person("product", "anna") for _ in range(5)] == [None] * 5


def test_the_feed_does_not_grow_by_what_a_client_takes_and_gives_back(app: Flask) -> None:
    printing = api(app, "printing")
    with UnitOfWork(app):
        acme = directory.create("Acme", None, SYSTEM)
    made = client(app, acme, printing.scope)
    proof = {"client_id": made[0].id, "client_secret": made[1]}
    replies = [call(app, REVOCATION, proof | {"token": machine_token(app, made)}) for _ in range(4)]
    assert [reply.status for reply in replies] == [200, 200, 429, 429]
    assert int(replies[-1].headers["Retry-After"]) <= HOUR
    # And each that was answered with 200 is told.
    assert len(printing.told()) == 2
