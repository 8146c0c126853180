"""The contract of the ledger of logouts: who knows of a session, and who is still to be told of its end."""

import pytest
from flask import Flask
from sqlalchemy import select

from authserver.accounts import sessions
from authserver.accounts.account import Browser
from authserver.accounts.models import SessionRow
from authserver.accounts.store.sessions import MOST
from authserver.audit.log import SYSTEM
from authserver.base.clock import now
from authserver.base.handles import new_id
from authserver.clients import application_registration
from authserver.extensions import db
from authserver.oidc.store import logouts
from authserver.oidc.store.logouts import Logout
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.shelf import DAY, NOW, new_application
from tests.support.application import race, trail

ACCOUNT, SESSION, OTHER = new_id(), new_id(), new_id()


def listening(app: Flask, *names: str) -> None:
    """Register applications that want to be told."""
    for name in names:
        new_application(app, name, backchannel_logout_uri=f"https://{name}.test/logout")


def ended(app: Flask, *names: str, session: str = SESSION) -> int:
    """End a session that applications know of; return how many are to be told."""
    with UnitOfWork(app):
        for name in names:
            logouts.note(session, name, NOW + DAY)
        return logouts.enqueue(ACCOUNT, [session], NOW)


def claimed(app: Flask, now: int = NOW, until: int = NOW + 60, limit: int = 10) -> list[Logout]:
    """Claim what is due."""
    with UnitOfWork(app):
        return logouts.claim(now, until, limit)


def test_who_listens_is_told_of_the_end_of_a_session_once(app: Flask) -> None:
    listening(app, "toolbox", "analytics")
    new_application(app, "quiet")
    assert ended(app, "toolbox", "analytics", "quiet", "toolbox") == 2
    assert ended(app) == 0
    told = claimed(app)
    assert sorted(each.client_id for each in told) == ["analytics", "toolbox"]
    assert {(each.account_id, each.session_id, each.attempts) for each in told} == {(ACCOUNT, SESSION, 1)}


def test_nobody_is_told_of_a_session_that_goes_on(app: Flask) -> None:
    listening(app, "toolbox")
    with UnitOfWork(app):
        logouts.note(OTHER, "toolbox", NOW + DAY)
    assert ended(app) == 0
    with UnitOfWork(app):
        assert logouts.waiting() == 0
        assert logouts.enqueue(ACCOUNT, [SESSION, OTHER], NOW) == 1


def test_a_disabled_application_is_not_told(app: Flask) -> None:
    listening(app, "toolbox")
    with UnitOfWork(app):
        logouts.note(SESSION, "toolbox", NOW + DAY)
        application_registration.set_disabled("toolbox", SYSTEM, disabled=True)
    assert ended(app) == 0


def test_what_is_claimed_is_left_alone_until_the_claim_is_over(app: Flask) -> None:
    listening(app, "toolbox")
    ended(app, "toolbox")
    assert claimed(app, now=NOW - 1) == []
    assert len(claimed(app)) == 1
    assert claimed(app, now=NOW + 59) == []
    assert [each.attempts for each in claimed(app, now=NOW + 60)] == [2]


def test_a_claim_takes_no_more_than_it_wants(app: Flask) -> None:
    names = [f"rp{number}" for number in range(5)]
    listening(app, *names)
    ended(app, *names)
    sizes = [len(claimed(app, limit=2)) for _ in range(4)]
    assert sizes == [2, 2, 1, 0]


def test_of_many_who_claim_at_once_no_two_get_the_same(twins: tuple[Flask, Flask]) -> None:
    names = [f"rp{number}" for number in range(20)]
    listening(twins[0], *names)
    ended(twins[0], *names)
    got = race(16, lambda number: claimed(twins[number % 2], limit=3))
    ids = [each.id for part in got if isinstance(part, list) for each in part]
    ids += [each.id for _ in range(7) for each in claimed(twins[0], limit=3)]
    assert not [part for part in got if isinstance(part, BaseException)]
    assert len(ids) == len(set(ids)) == 20


def test_who_was_told_is_not_told_again(app: Flask) -> None:
    listening(app, "toolbox")
    ended(app, "toolbox")
    (logout,) = claimed(app)
    with UnitOfWork(app):
        assert logouts.waiting() == 1
        logouts.told(logout.id, NOW + 1)
        assert logouts.waiting() == 0
    assert claimed(app, now=NOW + DAY) == []


def test_an_attempt_that_failed_is_made_again_at_its_time_or_never(app: Flask) -> None:
    listening(app, "toolbox")
    ended(app, "toolbox")
    (first,) = claimed(app)
    with UnitOfWork(app):
        logouts.again(first, NOW + 600)
        assert logouts.unheard() == {}
    assert claimed(app, now=NOW + 599) == []
    (second,) = claimed(app, now=NOW + 600, until=NOW + 660)
    with UnitOfWork(app):
        assert logouts.unheard() == {"toolbox": 1}
        logouts.again(second, None)
        assert logouts.waiting() == 0
        assert logouts.unheard() == {}
    assert claimed(app, now=NOW + DAY) == []


def test_who_lost_its_claim_changes_nothing(app: Flask) -> None:
    listening(app, "toolbox")
    ended(app, "toolbox")
    (slow,) = claimed(app)
    (quick,) = claimed(app, now=NOW + 60, until=NOW + 120)
    with UnitOfWork(app):
        logouts.again(slow, None)
        assert logouts.waiting() == 1
        logouts.told(quick.id, NOW + 61)
        logouts.again(slow, NOW + 61)
    assert quick.attempts == slow.attempts + 1
    assert claimed(app, now=NOW + 61) == []


def test_two_who_end_the_same_session_at_once_tell_everybody_once(twins: tuple[Flask, Flask]) -> None:
    listening(twins[0], "toolbox", "analytics")
    with UnitOfWork(twins[0]):
        for name in ("toolbox", "analytics"):
            logouts.note(SESSION, name, NOW + DAY)

    def end(number: int) -> int:
        with UnitOfWork(twins[number % 2]):
            return logouts.enqueue(ACCOUNT, [SESSION], NOW)

    told = race(16, end)
    assert sum(each for each in told if isinstance(each, int)) == 2
    assert not [each for each in told if isinstance(each, BaseException)]


def test_a_note_lasts_as_long_as_the_session_does(app: Flask) -> None:
    listening(app, "toolbox")
    with UnitOfWork(app):
        logouts.note(SESSION, "toolbox", NOW + 10)
        logouts.note(SESSION, "toolbox", NOW + 20)
        logouts.note(SESSION, "toolbox", NOW + 15)
        assert logouts.delete_old(NOW, NOW + 19, 10) == 0
        assert logouts.delete_old(NOW, NOW + 20, 10) == 1
    assert ended(app) == 0


def test_lines_that_are_done_are_deleted_when_they_are_old_and_others_stay(app: Flask) -> None:
    listening(app, "toolbox", "analytics")
    ended(app, "toolbox", "analytics")
    done = next(each for each in claimed(app) if each.client_id == "toolbox")
    with UnitOfWork(app):
        logouts.told(done.id, NOW)
        assert logouts.delete_old(NOW, NOW, 10) == 0
        assert logouts.delete_old(NOW + 1, NOW, 10) == 1
        assert logouts.delete_old(NOW + DAY, NOW, 10) == 0
        assert logouts.waiting() == 1


@pytest.mark.usefixtures("anna")
def test_who_knows_of_a_session_that_was_renewed_is_not_forgotten(app: Flask) -> None:
    listening(app, "toolbox")
    with UnitOfWork(app):
        session = db.session.scalars(select(SessionRow)).one()
        logouts.note(session.id, "toolbox", NOW - DAY)
        assert logouts.delete_old(NOW, NOW, 10) == 0
        sessions.end(session.account_id, session.id, SYSTEM)
        assert [each.client_id for each in logouts.claim(now(), now() + 30, 10)] == ["toolbox"]


@pytest.mark.usefixtures("anna")
def test_a_sign_in_too_many_ends_the_oldest_session_and_tells_who_knows_of_it(app: Flask) -> None:
    listening(app, "toolbox")
    with UnitOfWork(app):
        first = db.session.scalars(select(SessionRow)).one()
        logouts.note(first.id, "toolbox", now() + DAY)
        account_id, session_id = first.account_id, first.id
        first.last_seen_at -= 10
    browser = Browser("192.0.2.1", "a browser", b"")
    for _ in range(MOST):
        with UnitOfWork(app):
            assert logouts.waiting() == 0
            sessions.start(app.extensions["settings"], account_id, "full", browser)
    with UnitOfWork(app):
        (told,) = logouts.claim(now(), now() + 30, 10)
    assert (told.client_id, told.session_id) == ("toolbox", session_id)
    assert trail(app)[-1].action == "sessions.ended"


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_ledger_forgets_an_application_that_is_deleted(app: Flask, when: str) -> None:
    listening(app, "toolbox", "analytics")
    if when == "after":
        ended(app, "toolbox", "analytics")
    with UnitOfWork(app):
        logouts.note(SESSION, "analytics", NOW + DAY)
        application_registration.delete("toolbox", SYSTEM)
    ended(app)
    assert {each.client_id for each in claimed(app)} == {"analytics"}
