import threading

import pytest
import structlog
from flask import Flask
from sqlalchemy import text

from authserver.audit import sealing
from authserver.audit.log import Origin, record
from authserver.audit.seal import Head, Seal
from authserver.audit.store import events, seals
from authserver.web.unit_of_work import UnitOfWork
from tests.audit.sealed import ALONE, BOTH, KEYS, faults, seal, seal_all, verified
from tests.audit.trails import NOW, entries, some, write
from tests.support.application import engine_of, race, statements

on_postgresql = pytest.mark.parametrize("schema_url", ["postgresql"], indirect=True)
"""SQLite has one writer at a time, and numbers are taken in the order of commits."""


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 10)
    monkeypatch.setattr(sealing, "PAUSE", 0.001)


def is_due(app: Flask, now: int) -> bool:
    with UnitOfWork(app):
        return sealing.is_due(KEYS, now)


def test_events_are_sealed_in_batches_that_follow_one_another(app: Flask) -> None:
    write(app, *[some(number) for number in range(25)])
    made = seal_all(app)
    assert [(each.said.number, each.said.count) for each in made] == [(1, 10), (2, 10), (3, 5)]
    assert [each.said.previous for each in made[1:]] == [each.link() for each in made[:-1]]
    report = verified(app)
    assert report.faults == ()
    assert (report.seals, report.rows, report.unsealed, report.good_seal) == (3, 25, 0, 3)
    assert report.good_event == entries(app)[0].id
    assert report.head == str(Head.of(made[-1]))


def test_an_empty_trail_is_whole_and_has_nothing_to_seal(app: Flask) -> None:
    assert seal(app) is None
    assert not is_due(app, NOW)
    report = verified(app)
    assert (report.faults, report.seals, report.head) == ((), 0, "")


def test_what_is_not_sealed_yet_is_counted(app: Flask) -> None:
    write(app, *[some(number) for number in range(10)])
    seal_all(app)
    write(app, *[some(number) for number in range(10, 13)])
    assert verified(app).unsealed == 3
    assert faults(app) == []


def test_a_batch_is_due_when_it_is_full_or_its_oldest_event_has_waited(app: Flask) -> None:
    write(app, *[some(0) for _ in range(9)])
    assert not is_due(app, NOW + sealing.SEAL_AFTER - 1)
    assert is_due(app, NOW + sealing.SEAL_AFTER)
    write(app, some(0))
    assert is_due(app, NOW)
    seal_all(app)
    assert not is_due(app, NOW + sealing.SEAL_AFTER)


def test_an_event_of_the_future_puts_no_seal_off(app: Flask) -> None:
    write(app, some(0))
    assert is_due(app, NOW - 30 * 86_400)


def test_two_instances_that_seal_at_once_make_one_chain(twins: tuple[Flask, Flask]) -> None:
    write(twins[0], *[some(number) for number in range(95)])

    def work(number: int) -> list[Seal]:
        return [each for _ in range(12) if (each := seal(twins[number % 2]))]

    done = race(16, work)
    assert not [each for each in done if isinstance(each, BaseException)]
    while seal(twins[0]):
        pass
    report = verified(twins[0])
    assert report.faults == ()
    assert (report.seals, report.rows, report.unsealed) == (10, 95, 0)


def test_events_are_written_while_others_seal_and_each_is_sealed_once(twins: tuple[Flask, Flask]) -> None:
    def work(number: int) -> None:
        for _ in range(15):
            if number % 4 == 0:
                seal(twins[1])
            else:
                with UnitOfWork(twins[0]):
                    record(Origin("system"), "thing.done", target=str(number))

    assert race(16, work) == [None] * 16
    seal_all(twins[0])
    report = verified(twins[0])
    assert report.faults == ()
    assert (report.rows, report.unsealed) == (12 * 15, 0)


@on_postgresql
def test_an_event_that_is_committed_late_is_sealed_and_not_passed_over(twins: tuple[Flask, Flask]) -> None:
    late, first_is_in = threading.Event(), threading.Event()

    def slow() -> None:
        with UnitOfWork(twins[0]):
            record(Origin("system"), "late.done", target="late")
            # The row goes out, its number is taken.
            events.newest_id()
            first_is_in.set()
            late.wait(10)

    thread = threading.Thread(target=slow)
    thread.start()
    first_is_in.wait(10)
    write(twins[1], *[some(number) for number in range(5)])
    assert seal(twins[1]) is None
    late.set()
    thread.join()
    made = seal(twins[1])
    assert made is not None
    assert made.said.count == 6
    assert faults(twins[1]) == []


@on_postgresql
def test_sealing_waits_for_those_who_had_begun_and_not_for_who_came_later_or_only_reads(
    twins: tuple[Flask, Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(twins[0], *[some(number) for number in range(5)])
    with engine_of(twins[1]).begin() as reader, engine_of(twins[1]).connect() as writer:
        reader.execute(text("SELECT count(*) FROM audit_events"))
        begun = []

        def begin_later(_: float) -> None:
            pytest.fail("it waits")

        monkeypatch.setattr(sealing.time, "sleep", begin_later)
        real = sealing.events.raw

        def raw(*arguments: int) -> list[object]:
            writer.execute(text("LOCK TABLE audit_events IN ROW EXCLUSIVE MODE"))
            begun.append(arguments)
            return real(*arguments)

        monkeypatch.setattr(sealing.events, "raw", raw)
        assert seal(twins[0]) is not None
        assert begun


@on_postgresql
def test_nobody_who_writes_an_event_waits_for_who_seals(twins: tuple[Flask, Flask]) -> None:
    write(twins[0], *[some(number) for number in range(5)])

    def act(_: int) -> list[str]:
        with statements(twins[1]) as sent, UnitOfWork(twins[1]):
            record(Origin("system"), "thing.done", target="meanwhile")
        assert seal(twins[1]) is None
        return sent[:1]

    with UnitOfWork(twins[0]):
        assert sealing.seal(KEYS, NOW) is not None
        ((insert,),) = race(1, act)
    assert insert.startswith("INSERT")
    assert faults(twins[0]) == []


def test_the_log_tells_where_the_chain_ends(app: Flask) -> None:
    write(app, some(0))
    made = seal(app)
    assert made is not None
    with structlog.testing.capture_logs() as lines:
        sealing.tell(made)
    (line,) = lines
    assert line["event"] == "audit.sealed"
    assert Head.parse(line["head"]) == Head.of(made)


def test_after_a_change_of_the_master_key_the_old_seals_hold_and_new_ones_vouch_for_them(app: Flask) -> None:
    write(app, *[some(number) for number in range(15)])
    seal_all(app, KEYS)
    assert faults(app, BOTH) == []
    told = faults(app, ALONE)
    assert len(told) == 2
    assert "another master key" in told[0]
    write(app, some(20))
    seal_all(app, BOTH)
    assert faults(app, BOTH) == faults(app, ALONE) == []
    with engine_of(app).begin() as connection:
        connection.execute(text("UPDATE audit_seals SET sealed_at = sealed_at + 1 WHERE number = 1"))
    assert "seal 1 was altered" in faults(app, BOTH)
    assert "seal 1 was altered" in faults(app, ALONE)


def test_who_seals_without_the_old_key_does_not_vouch_for_what_is_before(app: Flask) -> None:
    write(app, *[some(number) for number in range(5)])
    seal_all(app, KEYS)
    write(app, some(20))
    assert seal_all(app, ALONE, at=NOW + sealing.PATIENCE)
    assert len(faults(app, ALONE)) == 2
    assert faults(app, BOTH) == ["seal 2 was made though what is before it could not be checked"]


def test_an_instance_that_does_not_know_the_new_master_key_leaves_sealing_to_those_who_do(app: Flask) -> None:
    write(app, *[some(number) for number in range(5)])
    seal_all(app, BOTH)
    write(app, some(20))
    assert seal(app, KEYS, at=NOW + sealing.PATIENCE - 1) is None
    assert seal(app, ALONE) is not None
    assert faults(app, ALONE) == faults(app, BOTH) == []


def test_what_was_cut_off_the_end_shows_and_goes_on_showing_when_more_is_sealed(app: Flask) -> None:
    write(app, *[some(number) for number in range(15)])
    made = seal_all(app)
    with engine_of(app).begin() as connection:
        connection.execute(text("DELETE FROM audit_seals WHERE number = 2"))
    assert faults(app) == ["seal 2 is missing"]
    seal_all(app)
    assert "seal 2 is missing" in faults(app)
    with engine_of(app).begin() as connection:
        connection.execute(text("DELETE FROM audit_seals"))
        connection.execute(text("DELETE FROM audit_head"))
        connection.execute(text("DELETE FROM audit_events"))
    assert faults(app) == []
    assert faults(app, kept=Head.of(made[-1])) == ["seal 1 is missing", "seal 2 is missing"]


def test_a_head_that_was_kept_elsewhere_shows_another_chain_in_the_place_of_this_one(app: Flask) -> None:
    write(app, *[some(number) for number in range(15)])
    first, second = seal_all(app)
    assert faults(app, kept=Head.of(first)) == faults(app, kept=Head.of(second)) == []
    other = Head(2, bytes(32))
    assert faults(app, kept=other) == ["seal 2 is not the one that the given head names"]


def test_a_seal_that_somebody_made_up_keeps_nothing_from_being_sealed(app: Flask) -> None:
    write(app, *[some(number) for number in range(15)])
    seal(app)
    with engine_of(app).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit_seals SELECT 2, kind, first_id, last_id + 1000, count, cut, content,"
                " previous, checked, key, sealed_at, mac FROM audit_seals"
            )
        )
    assert is_due(app, NOW + 1000)
    assert seal(app) is not None
    report = verified(app)
    assert report.unsealed == 0
    assert "seal 2 was altered" in [str(fault) for fault in report.faults]


def test_an_empty_chain_has_no_end(app: Flask) -> None:
    with UnitOfWork(app):
        assert seals.newest() is None
        assert seals.newest("cut") is None
        assert seals.head() is None
