from collections.abc import Callable

import pytest
from flask import Flask, has_app_context
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import QueuePool

from authserver.base.errors import Refused
from authserver.extensions import db
from authserver.oidc.errors import invalid_request
from authserver.oidc.messages.machine import Answer, Endpoint
from authserver.provider.machine_site import MachineSite
from authserver.subjects import store as subjects
from authserver.subjects.models import SubjectRow
from authserver.web.metrics import RequestMeter
from authserver.web.unit_of_work import ATTEMPTS, UnitOfWork, all_or_nothing
from tests.support.application import away, engine_of


def claim(subject: str) -> None:
    subjects.claim(subject, "account", 100)


def known(app: Flask, subject: str) -> bool:
    with UnitOfWork(app):
        return subjects.kind_of(subject) is not None


def borrowed(app: Flask) -> int:
    """Return how many connections have not been given back."""
    pool = engine_of(app).pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout()


def serve(app: Flask, endpoint: Endpoint) -> Answer:
    site = MachineSite(app, {"/x": endpoint}, (), 0, RequestMeter())
    return site.serve("/x", {"REQUEST_METHOD": "GET", "REMOTE_ADDR": "192.0.2.1"})


class DriverError(Exception):
    """What a driver raises, with its SQLSTATE."""

    def __init__(self, sqlstate: str) -> None:
        """Take the code."""
        self.sqlstate = sqlstate


def test_all_writes_are_committed_together_at_the_end(app: Flask) -> None:
    commits: list[object] = []
    event.listen(engine_of(app), "commit", commits.append)
    with UnitOfWork(app):
        claim("one")
        claim("two")
        assert commits == []
    assert len(commits) == 1
    assert known(app, "one")
    assert known(app, "two")
    assert borrowed(app) == 0


def test_an_unexpected_exception_undoes_everything(app: Flask) -> None:
    def fail() -> None:
        with UnitOfWork(app):
            claim("one")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert not known(app, "one")
    assert borrowed(app) == 0


def test_a_unit_that_touches_no_store_opens_nothing(app: Flask) -> None:
    opened: list[object] = []
    event.listen(engine_of(app), "checkout", lambda *_: opened.append(_))
    with UnitOfWork(app):
        assert not has_app_context()
    assert opened == []
    with UnitOfWork(app):
        subjects.kind_of("one")
        assert has_app_context()
    assert not has_app_context()
    assert len(opened) == 1


def test_a_commit_that_fails_is_raised_and_leaves_nothing(app: Flask) -> None:
    with UnitOfWork(app):
        claim("one")

    def claim_again() -> None:
        with UnitOfWork(app):
            claim("two")
            db.session.add(SubjectRow(id="one", kind="account", claimed_at=100))

    with pytest.raises(IntegrityError):
        claim_again()
    assert not known(app, "two")
    assert borrowed(app) == 0


def test_within_a_context_that_is_open_already_its_session_is_used_and_committed(app: Flask) -> None:
    with app.app_context():
        with UnitOfWork(app):
            claim("one")
        assert has_app_context()
        db.session.rollback()
    assert known(app, "one")


def test_a_store_outside_of_any_unit_is_a_fault(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="application context"):
        claim("one")


def test_a_refusal_is_an_answer_and_what_was_written_on_the_way_to_it_stays(app: Flask) -> None:
    def refuse(_request: object) -> Answer:
        claim("one")
        raise invalid_request("no")

    assert serve(app, refuse).status == 400
    assert known(app, "one")
    assert borrowed(app) == 0


def test_what_a_refusal_ends_half_way_is_undone_and_what_was_before_it_stays(app: Flask) -> None:
    def half() -> None:
        with all_or_nothing():
            claim("half")
            raise Refused("Not so.")

    with UnitOfWork(app):
        claim("before")
        with pytest.raises(Refused):
            half()
        with all_or_nothing():
            claim("whole")
    assert (known(app, "before"), known(app, "half"), known(app, "whole")) == (True, False, True)


@pytest.mark.parametrize("fault", [LookupError, KeyboardInterrupt])
def test_a_fault_is_no_answer_and_undoes_everything(app: Flask, fault: type[BaseException]) -> None:
    def fail(_request: object) -> Answer:
        claim("one")
        raise fault

    if issubclass(fault, Exception):
        answer = serve(app, fail)
        assert answer.status == 500
        assert b"server_error" in answer.body
        assert b"LookupError" not in answer.body
    else:
        with pytest.raises(fault):
            serve(app, fail)
    assert not known(app, "one")
    assert borrowed(app) == 0


def conflicting(failures: int, sqlstate: str) -> tuple[Callable[[object], Answer], list[int]]:
    """Return an endpoint that the database refuses so many times, and what counts its calls."""
    calls: list[int] = []

    def act(_request: object) -> Answer:
        calls.append(len(calls))
        claim(f"attempt {len(calls)}")
        if len(calls) <= failures:
            raise DBAPIError("", {}, DriverError(sqlstate))
        return Answer(200, ())

    return act, calls


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
def test_what_the_database_refused_because_of_another_unit_is_tried_again_from_the_start(
    app: Flask, sqlstate: str
) -> None:
    endpoint, calls = conflicting(ATTEMPTS - 1, sqlstate)
    assert serve(app, endpoint).status == 200
    assert len(calls) == ATTEMPTS
    assert [known(app, f"attempt {number}") for number in (1, 2, 3)] == [False, False, True]


@pytest.mark.parametrize(("failures", "sqlstate", "tries"), [(99, "40001", ATTEMPTS), (99, "23505", 1)])
def test_it_is_not_tried_for_ever_and_other_faults_not_at_all(
    app: Flask, failures: int, sqlstate: str, tries: int
) -> None:
    endpoint, calls = conflicting(failures, sqlstate)
    assert serve(app, endpoint).status == 500
    assert len(calls) == tries


def test_while_the_database_is_away_the_answer_says_when_to_come_back(app: Flask) -> None:
    def act(_request: object) -> Answer:
        claim("one")
        return Answer(200, ())

    with away(app):
        answer = serve(app, act)
    assert answer.status == 503
    assert ("Retry-After", "1") in answer.headers
    assert b"temporarily_unavailable" in answer.body
    assert serve(app, act).status == 200
