import pytest
import structlog
from flask import Flask
from sqlalchemy import text

from authserver.audit import retention, sealing
from authserver.audit.seal import Head
from authserver.audit.store import seals
from authserver.web.unit_of_work import UnitOfWork
from tests.audit.sealed import ALONE, BOTH, DAY, KEYS, cut, faults, seal_all, verified
from tests.audit.trails import NOW, entries, some, write
from tests.support.application import engine_of, race

LATER = NOW + 102 * DAY
"""When the first batches are older than the hundred days for which these tests keep."""


@pytest.fixture
def aged(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A trail of two years: three batches of a hundred days ago, two recent ones."""
    monkeypatch.setattr(sealing, "BATCH", 10)
    monkeypatch.setattr(retention, "AT_ONCE", 5)
    fill(app)
    return app


def fill(app: Flask) -> None:
    write(app, *[some(number) for number in range(30)])
    seal_all(app, at=NOW)
    write(app, *[some(number, at=LATER) for number in range(30, 50)])
    seal_all(app, at=LATER)


def alter(app: Flask, statement: str) -> None:
    with engine_of(app).begin() as connection:
        connection.execute(text(statement))


def test_whole_batches_that_are_too_old_go_and_the_chain_holds_from_there_on(aged: Flask) -> None:
    made = cut(aged, at=LATER)
    assert made is not None
    assert (made.said.kind, made.said.cut, made.said.count, made.said.number) == ("cut", 3, 30, 6)
    told = [entry.event for entry in entries(aged)]
    assert [event.action for event in told].count("thing.done") == 20
    assert [event.target for event in told if event.action == "audit.cut"] == ["seal 3"]
    assert faults(aged) == []
    assert cut(aged, at=LATER) is None
    seal_all(aged, at=LATER)
    assert faults(aged) == []


@pytest.mark.parametrize("at", [NOW, NOW + 100 * DAY, NOW + 101 * DAY])
def test_what_is_not_old_enough_stays(aged: Flask, at: int) -> None:
    assert cut(aged, at=at) is None
    assert len(entries(aged)) == 50


def test_the_newest_batch_stays_however_old(aged: Flask) -> None:
    assert cut(aged, at=LATER + 1000 * DAY)
    assert cut(aged, at=LATER + 1000 * DAY) is None
    assert faults(aged) == []
    assert [entry.event.action for entry in entries(aged)].count("thing.done") == 10
    # Years later the note of the cut goes too, and a newer one takes its place.
    seal_all(aged, at=LATER + 1000 * DAY)
    write(aged, some(60))
    seal_all(aged, at=LATER + 1000 * DAY)
    while cut(aged, at=LATER + 2000 * DAY):
        pass
    assert faults(aged) == []


def test_events_that_were_added_below_the_cut_are_named(aged: Flask) -> None:
    first = entries(aged)[-1].id
    cut(aged, at=LATER)
    write(aged, some(1, id=first))
    assert faults(aged) == [f"row {first} was added"]


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE audit_events SET actor = 'somebody' WHERE id = (SELECT min(id) FROM audit_events)",
        "DELETE FROM audit_events WHERE id = (SELECT min(id) FROM audit_events)",
        "UPDATE audit_seals SET sealed_at = 0 WHERE number = 4",
        "DELETE FROM audit_seals WHERE number = 2",
    ],
)
def test_what_is_not_whole_is_evidence_and_goes_only_when_told_so(aged: Flask, harm: str) -> None:
    alter(aged, harm)
    before = len(entries(aged))
    with structlog.testing.capture_logs() as lines:
        assert cut(aged, at=LATER) is None
    assert [line["event"] for line in lines] == ["audit.not_cut"]
    assert len(entries(aged)) == before
    assert cut(aged, at=LATER, anyway=True) is not None
    assert len(entries(aged)) < before


def test_instances_that_cut_at_once_cut_once(
    twins: tuple[Flask, Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 10)
    fill(twins[0])
    done = race(8, lambda number: cut(twins[number % 2], at=LATER))
    assert len([each for each in done if each]) == 1
    assert faults(twins[1]) == []


def test_a_cut_and_new_seals_meanwhile_leave_one_chain(
    twins: tuple[Flask, Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 10)
    fill(twins[0])
    write(twins[0], *[some(number, at=LATER) for number in range(50, 100)])

    def work(number: int) -> None:
        for _ in range(6):
            if number % 2:
                cut(twins[0], at=LATER)
            else:
                seal_all(twins[1], at=LATER)

    assert race(8, work) == [None] * 8
    cut(twins[0], at=LATER)
    seal_all(twins[0], at=LATER)
    report = verified(twins[0])
    assert report.faults == ()
    assert report.unsealed == 0


def test_seals_of_an_old_master_key_are_cut_because_a_newer_one_vouches_for_them(aged: Flask) -> None:
    write(aged, some(50))
    seal_all(aged, BOTH, at=LATER)
    made = cut(aged, ALONE, at=LATER)
    assert made is not None
    assert faults(aged, ALONE) == faults(aged, BOTH) == []


def test_without_the_old_key_nothing_of_it_is_cut(aged: Flask) -> None:
    with structlog.testing.capture_logs() as lines:
        assert cut(aged, ALONE, at=LATER + 2 * DAY) is None
    assert "another master key" in lines[0]["fault"]


def test_a_head_from_before_the_cut_still_fits(aged: Flask) -> None:
    with UnitOfWork(aged):
        heads = [Head.of(seal) for seal in seals.after()]
    cut(aged, KEYS, at=LATER)
    assert [faults(aged, kept=head) for head in heads] == [[]] * 5
    assert faults(aged, kept=Head(3, bytes(32))) == ["seal 3 is not the one that the given head names"]
