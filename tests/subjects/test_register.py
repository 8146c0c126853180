from typing import get_args

import pytest
from flask import Flask

from authserver.base.errors import Conflict
from authserver.subjects import store
from authserver.subjects.store import Kind
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import race

SUBJECT = "0190d0f3-6a1b-4c55-9d3e-2f1c8a7b6e54"
KINDS = get_args(Kind)


def test_an_identifier_is_given_out_once_whatever_it_is_for(app: Flask) -> None:
    with UnitOfWork(app):
        assert store.kind_of(SUBJECT) is None
        store.claim(SUBJECT, "account", 100)
        assert store.kind_of(SUBJECT) == "account"
    for kind in KINDS:
        with UnitOfWork(app), pytest.raises(Conflict, match="given out before"):
            store.claim(SUBJECT, kind, 200)
    with UnitOfWork(app):
        assert store.kind_of(SUBJECT) == "account"


def test_a_claim_is_part_of_the_unit_that_makes_it(app: Flask) -> None:
    def fail() -> None:
        with UnitOfWork(app):
            store.claim(SUBJECT, "account", 100)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with UnitOfWork(app):
        store.claim(SUBJECT, "api_client", 200)
        assert store.kind_of(SUBJECT) == "api_client"


def test_a_refused_claim_leaves_the_rest_of_the_unit_as_it_was(app: Flask) -> None:
    with UnitOfWork(app):
        store.claim(SUBJECT, "account", 100)
    with UnitOfWork(app):
        store.claim("another", "account", 100)
        with pytest.raises(Conflict):
            store.claim(SUBJECT, "account", 100)
    with UnitOfWork(app):
        assert store.kind_of("another") == "account"


def test_of_sixteen_at_two_instances_that_claim_one_identifier_at_once_one_wins(
    twins: tuple[Flask, Flask],
) -> None:
    def claim(number: int) -> str:
        with UnitOfWork(twins[number % 2]):
            kind: Kind = KINDS[number % 3]
            store.claim(SUBJECT, kind, number)
            return kind

    outcomes = race(16, claim)
    winners = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert len(winners) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 15
    with UnitOfWork(twins[0]):
        assert store.kind_of(SUBJECT) == winners[0]
