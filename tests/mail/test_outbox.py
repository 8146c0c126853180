import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Update, event, text

from authserver.extensions import db
from authserver.mail import outbox, store
from authserver.mail.letter import is_one_address
from authserver.web.unit_of_work import UnitOfWork
from tests.mail.ledger import ANNA, BEN, Clock, ask, line, lines

NOT_ONE_ADDRESS = (
    "",
    "anna",
    "@example.com",
    "anna@",
    "anna@example.com\r\nBcc: eve@evil.example",
    "anna@example.com\nRCPT TO:<eve@evil.example>",
    "anna@example.com,eve@evil.example",
    "anna@example.com;eve@evil.example",
    "anna@example.com eve@evil.example",
    "<anna@example.com>",
    "Anna <anna@example.com>",
    '"anna eve"@example.com',
    "anna(eve@evil.example)@example.com",
    "anna@example.com\0",
    "anna@exam\u202eple.com",
    "\u0430nna@example.com",
    "anna@b\u00fccher.example",
    "anna@[127.0.0.1]",
    "anna@@example.com",
    "anna..b@example.com",
    ".anna@example.com",
    "anna@example..com",
    "@relay.example:anna@example.com",
    "a" * 255 + "@example.com",
)


def test_asking_writes_one_line_of_who_and_why(app: Flask) -> None:
    asked = ask(app, kind="registration", language="de")
    assert (asked.kind, asked.subject_id, asked.recipient) == ("registration", "account-1", ANNA)
    assert (asked.language, asked.state, asked.attempts, asked.error) == ("de", "waiting", 0, "")
    assert asked.due_at == asked.created_at
    assert lines(app) == [asked]


def test_the_ledger_is_read_page_by_page_also_behind_times_after_2038(app: Flask) -> None:
    late = 2**31 + 86_400
    with time_machine.travel(late, tick=False):
        asked = {ask(app, address).id for address in (ANNA, BEN, "carla@example.com")}
    for state in (None, "waiting"):
        first = lines(app, state=state, limit=1)
        behind = lines(app, state=state, after=(late, first[0].id))
        assert [each.created_at for each in first + behind] == [late] * 3
        assert {each.id for each in first + behind} == asked


def test_what_is_rolled_back_is_never_written_to(app: Flask) -> None:
    def fail() -> None:
        with UnitOfWork(app):
            outbox.enqueue("welcome", "account-1", ANNA)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert lines(app) == []


def test_once_lets_a_waiting_letter_of_the_kind_to_the_address_be_enough(app: Flask, clock: Clock) -> None:
    ask(app, ANNA, "registration", once=True)
    ask(app, ANNA, "registration", once=True)
    assert len(lines(app)) == 1
    ask(app, ANNA, "forgotten_password", once=True)
    ask(app, BEN, "registration", once=True)
    assert len(lines(app)) == 3
    with UnitOfWork(app):
        claimed = store.claim(clock(), clock() + 60)
    assert claimed is not None
    # What is under way was written before this was asked for.
    ask(app, claimed.recipient, claimed.kind, once=True)
    assert len(lines(app)) == 4


@pytest.mark.parametrize("recipient", NOT_ONE_ADDRESS)
def test_what_is_not_one_plain_address_is_no_recipient(recipient: str) -> None:
    assert not is_one_address(recipient)
    with pytest.raises(ValueError, match="one plain address"):
        outbox.enqueue("welcome", "account-1", recipient)


@pytest.mark.parametrize(
    "recipient", [ANNA, "o'neil+a=b.c@xn--bcher-kva.example", "{}|~^`!#$%&*/?_-@a.b", "a@localhost"]
)
def test_a_plain_address_is_a_recipient(recipient: str) -> None:
    assert is_one_address(recipient)


def test_the_letter_that_is_due_the_longest_is_claimed_first_and_by_one(app: Flask, clock: Clock) -> None:
    first, second = ask(app, ANNA), ask(app, BEN)
    with UnitOfWork(app):
        early = store.claim(clock(), clock() + 60)
        assert early is not None
        store.mark_later(early, clock() + 5, "")
    clock.advance(5)
    with UnitOfWork(app):
        claimed = [store.claim(clock(), clock() + 60) for _ in range(3)]
    taken = [envelope for envelope in claimed if envelope]
    late = second if early.id == first.id else first
    assert [envelope.id for envelope in taken] == [late.id, early.id]
    assert [envelope.attempts for envelope in taken] == [1, 2]
    assert {(envelope.state, envelope.due_at) for envelope in taken} == {("sending", clock() + 60)}


def test_two_letters_to_one_address_are_never_under_way_at_once(app: Flask, clock: Clock) -> None:
    ask(app, ANNA, "welcome")
    ask(app, ANNA, "forgotten_password")
    with UnitOfWork(app):
        first = store.claim(clock(), clock() + 60)
        assert first is not None
        assert store.claim(clock(), clock() + 60) is None
        # Nor when the claim is over: then the first is taken again before the second.
        again = store.claim(clock() + 60, clock() + 120)
        assert again is not None
        assert (again.id, again.attempts) == (first.id, 2)
        store.mark_sent(again, clock())
        other = store.claim(clock(), clock() + 60)
    assert other is not None
    assert other.id != first.id


def test_who_begins_to_write_to_the_same_address_at_once_gives_way(
    twins: tuple[Flask, Flask], clock: Clock
) -> None:
    one, other = twins
    ask(one, ANNA, "welcome")
    ask(one, ANNA, "forgotten_password")
    with one.app_context(), other.app_context():
        engine, dialect = db.engine, db.engine.dialect.name
    begun = threading.Event()

    def tell(_connection: object, statement: object, *_: object) -> None:
        if isinstance(statement, Update):
            begun.set()

    def claim_second() -> str:
        try:
            with UnitOfWork(other):
                return "nothing" if store.claim(clock(), clock() + 60) is None else "claimed"
        except store.Contended:
            return "contended"

    event.listen(engine, "before_execute", tell)
    with ThreadPoolExecutor(1) as pool:
        with UnitOfWork(one):
            assert store.claim(clock(), clock() + 60)
            second = pool.submit(claim_second)
            assert begun.wait(10)
            while dialect == "postgresql" and not _somebody_waits(one):
                time.sleep(0.01)
        # SQLite lets one write at a time; on PostgreSQL it is the index that sees both.
        assert second.result() == ("contended" if dialect == "postgresql" else "nothing")
    assert sorted(envelope.state for envelope in lines(one)) == ["sending", "waiting"]


def _somebody_waits(app: Flask) -> bool:
    blocked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with app.app_context(), db.engine.connect() as connection:
        return bool(connection.scalar(blocked))


def test_an_operator_makes_a_failed_or_waiting_letter_due(app: Flask, clock: Clock) -> None:
    asked = ask(app)
    with UnitOfWork(app):
        mine = store.claim(clock(), clock() + 60)
        assert mine is not None
        # What is under way is not disturbed.
        assert not store.retry(asked.id)
        store.mark_later(mine, clock() + 3600, "421")
    with UnitOfWork(app):
        assert store.retry(asked.id)
        mine = store.claim(clock(), clock() + 60)
        assert mine is not None
        store.mark_failed(mine, "550")
        assert store.claim(clock() + 10**6, clock() + 10**7) is None
    with UnitOfWork(app):
        assert store.retry(asked.id)
        assert not store.retry("11111111-1111-4111-8111-111111111111")
        mine = store.claim(clock(), clock() + 60)
        assert mine is not None
        assert mine.attempts == 3
        store.mark_sent(mine, clock())
    with UnitOfWork(app):
        assert not store.retry(asked.id)


def test_the_ledger_is_read_page_by_page_newest_first(app: Flask, clock: Clock) -> None:
    for number in range(5):
        ask(app, f"person{number}@example.com")
    whole = lines(app)
    assert [(envelope.created_at, envelope.id) for envelope in whole] == sorted(
        ((envelope.created_at, envelope.id) for envelope in whole), reverse=True
    )
    first = lines(app, limit=2)
    second = lines(app, after=(first[-1].created_at, first[-1].id), limit=2)
    third = lines(app, after=(second[-1].created_at, second[-1].id), limit=2)
    assert first + second + third == whole
    assert lines(app, after=(0, "nothing")) == []
    with UnitOfWork(app):
        claimed = store.claim(clock(), clock() + 60)
    assert lines(app, state="sending") == [claimed]
    waiting = [envelope for envelope in whole if claimed and envelope.id != claimed.id]
    few = lines(app, state="waiting", limit=3)
    assert few + lines(app, state="waiting", after=(few[-1].created_at, few[-1].id)) == waiting
    # It may have gone out since the page was shown that it ended.
    assert claimed
    behind = [each for each in waiting if (each.created_at, each.id) < (claimed.created_at, claimed.id)]
    assert lines(app, state="waiting", after=(claimed.created_at, claimed.id)) == behind


def test_housekeeping_deletes_what_is_done_and_old_and_nothing_else(app: Flask, clock: Clock) -> None:
    waiting, done, failed = ask(app, ANNA), ask(app, BEN), ask(app, "carla@example.com")
    ids = {waiting.id, done.id, failed.id}
    with UnitOfWork(app):
        claimed = [store.claim(clock(), clock() + 60) for _ in range(3)]
        one, two, _three = [envelope for envelope in claimed if envelope]
        store.mark_sent(one, clock())
        assert store.count_failed() == 0
        store.mark_failed(two, "550")
        assert store.count_failed() == 1
        assert store.delete_old(waiting.created_at, 10) == 0
        assert store.delete_old(clock(), 1) == 1
        assert store.delete_old(clock(), 10) == 1
        assert store.delete_old(clock(), 10) == 0
    assert {envelope.id for envelope in lines(app)} == ids - {one.id, two.id}
    assert line(app, lines(app)[0].id).state == "sending"
