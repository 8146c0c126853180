"""Any single change, removal or insertion below the end of the chain is named, and nothing else is blamed."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, delete, insert, select, text, update

from authserver.audit import retention, sealing, verification
from authserver.audit.models import AuditEventRow, AuditHeadRow, AuditSealRow
from authserver.audit.verification import Report, verify
from authserver.extensions import db
from authserver.web.unit_of_work import UnitOfWork
from tests.audit.sealed import DAY, KEYS, cut, faults, seal_all, verified
from tests.audit.trails import NOW, some, write

EVENTS: Table = AuditEventRow.__table__  # type: ignore[assignment]
SEALS: Table = AuditSealRow.__table__  # type: ignore[assignment]
HEAD: Table = AuditHeadRow.__table__  # type: ignore[assignment]

ROWS = range(42, 101, 2)
"""Numbers of events that are sealed and there: every second, so that others fit in between."""

LAST_SEAL = 12

properties = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Undone(Exception):  # noqa: N818 - it says what becomes of a change
    """The change that a test made is not kept."""


@pytest.fixture
def sealed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A trail of 50 events in ten seals, of which four were cut in two steps, and one event not sealed."""
    monkeypatch.setattr(sealing, "BATCH", 5)
    monkeypatch.setattr(verification, "PIECE", 3)
    write(app, *[some(number, id=2 * number) for number in range(1, 21)])
    seal_all(app)
    write(app, *[some(number, id=2 * number) for number in range(21, 51)])
    seal_all(app, at=NOW + 200 * DAY)
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    monkeypatch.setattr(retention, "record", lambda *_, **__: None)
    assert cut(app, at=NOW + 102 * DAY)
    assert cut(app, at=NOW + 102 * DAY)
    assert cut(app, at=NOW + 102 * DAY) is None
    write(app, some(99, id=200))
    return app


def after(app: Flask, change: Callable[[], object]) -> set[str]:
    """Return what verification names after a change, which is then undone."""
    found: list[Report] = []

    def changed() -> None:
        with UnitOfWork(app):
            change()
            found.append(verify(KEYS))
            raise Undone

    with pytest.raises(Undone):
        changed()
    return {str(fault) for fault in found[0].faults}


def changed(value: Any) -> st.SearchStrategy[Any]:
    """Return other values of the same kind."""
    if isinstance(value, bool):
        return st.just(not value)
    if isinstance(value, int):
        return st.sampled_from([value + 1, value - 1, 0, value + 1_000_000]).filter(lambda new: new != value)
    if isinstance(value, bytes):
        flipped = bytes([value[0] ^ 1]) + value[1:]
        return st.sampled_from([b"", value[:-1], value + b"\0", flipped, bytes(len(value))])
    if isinstance(value, dict):
        return st.sampled_from([{}, value | {"more": "x"}, {"number": "0"}])
    if value is None:
        return st.just("somebody")
    return st.sampled_from(["x" + value[1:], value[:-1], value.swapcase()]).filter(lambda new: new != value)


def test_the_trail_of_these_tests_is_whole(sealed: Flask) -> None:
    report = verified(sealed)
    assert report.faults == ()
    assert (report.good_seal, report.good_event, report.cut_event) == (LAST_SEAL, 100, 40)
    assert (report.rows, report.unsealed, report.seals) == (30, 1, 8)


@given(data=st.data())
@properties
def test_a_row_that_was_altered_is_named_alone(sealed: Flask, data: st.DataObject) -> None:
    number = data.draw(st.sampled_from(ROWS))
    column = data.draw(st.sampled_from([each.name for each in EVENTS.columns if each.name != "id"]))

    def change() -> None:
        row = db.session.execute(select(EVENTS).where(EVENTS.c.id == number)).one()
        new = data.draw(changed(getattr(row, column)))
        db.session.execute(update(EVENTS).where(EVENTS.c.id == number).values({column: new}))

    assert after(sealed, change) == {f"row {number} was altered"}


@given(number=st.sampled_from(ROWS))
@properties
def test_a_row_that_was_removed_is_named_alone(sealed: Flask, number: int) -> None:
    removal = delete(EVENTS).where(EVENTS.c.id == number)
    assert after(sealed, lambda: db.session.execute(removal)) == {f"row {number} is missing"}


@given(number=st.sampled_from([*range(1, 43), *range(43, 100, 2), -5, 0]).filter(lambda id_: id_ not in ROWS))
@properties
def test_a_row_that_was_added_is_named_alone_also_below_the_cut(sealed: Flask, number: int) -> None:
    addition = insert(EVENTS).values(some(1, id=number))
    assert after(sealed, lambda: db.session.execute(addition)) == {f"row {number} was added"}


@given(number=st.sampled_from(ROWS), other=st.sampled_from(range(43, 100, 2)))
@properties
def test_a_row_that_was_moved_is_missing_here_and_added_there(sealed: Flask, number: int, other: int) -> None:
    move = update(EVENTS).where(EVENTS.c.id == number).values(id=other)
    named = after(sealed, lambda: db.session.execute(move))
    assert named == {f"row {number} is missing", f"row {other} was added"}


@given(data=st.data())
@properties
def test_a_seal_or_a_note_of_a_cut_that_was_altered_is_named_and_no_row(
    sealed: Flask, data: st.DataObject
) -> None:
    number = data.draw(st.integers(5, LAST_SEAL))
    column = data.draw(st.sampled_from([each.name for each in SEALS.columns if each.name != "number"]))

    def change() -> None:
        row = db.session.execute(select(SEALS).where(SEALS.c.number == number)).one()
        new = data.draw(changed(getattr(row, column)))
        db.session.execute(update(SEALS).where(SEALS.c.number == number).values({column: new}))

    named = after(sealed, change)
    assert any(fault.startswith(f"seal {number} ") for fault in named)
    assert not any(fault.startswith("row") for fault in named)


@given(number=st.integers(5, LAST_SEAL))
@properties
def test_a_seal_or_a_note_of_a_cut_that_was_removed_is_named_and_no_row(sealed: Flask, number: int) -> None:
    removal = delete(SEALS).where(SEALS.c.number == number)
    named = after(sealed, lambda: db.session.execute(removal))
    assert f"seal {number} is missing" in named
    assert not any(fault.startswith("row") for fault in named)


@given(
    number=st.integers(5, LAST_SEAL),
    other=st.sampled_from([-1, 0, 3, 4, LAST_SEAL + 1, LAST_SEAL + 2, LAST_SEAL + 10**9]),
    moved=st.booleans(),
)
@properties
def test_a_seal_that_was_added_or_moved_is_named(sealed: Flask, number: int, other: int, moved: bool) -> None:  # noqa: FBT001 - hypothesis draws it
    def change() -> None:
        row = db.session.execute(select(SEALS).where(SEALS.c.number == number)).one()._asdict()
        if moved:
            db.session.execute(delete(SEALS).where(SEALS.c.number == number))
        db.session.execute(insert(SEALS).values(row | {"number": other}))

    named = after(sealed, change)
    assert any(fault.startswith(f"seal {other} ") for fault in named)
    assert not moved or f"seal {number} is missing" in named


@pytest.mark.parametrize("column", ["number", "link", "key", "mac"])
def test_a_head_that_was_altered_is_named(sealed: Flask, column: str) -> None:
    value = {"number": LAST_SEAL - 1, "link": bytes(32), "key": "0" * 16, "mac": bytes(32)}[column]
    named = after(sealed, lambda: db.session.execute(update(HEAD).values({column: value})))
    assert len(named) == 1
    assert named.pop().startswith("head ")


def test_a_head_that_was_removed_is_named(sealed: Flask) -> None:
    named = after(sealed, lambda: db.session.execute(delete(HEAD)))
    assert named == {f"head {LAST_SEAL} is missing"}


SET_DETAILS = text("UPDATE audit_events SET details = :details WHERE id = 60")


@pytest.mark.parametrize("details", ['{"number": "30", "number": "30"}', "[]", "17", "null", '"x"'])
def test_details_that_were_never_written_so_are_an_altered_row(sealed: Flask, details: str) -> None:
    named = after(sealed, lambda: db.session.execute(SET_DETAILS, {"details": details}))
    assert named == {"row 60 was altered"}


@pytest.mark.parametrize("schema_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("details", ["{", "", "[" * 20_000, b"\x00\xff"])
def test_details_that_nobody_can_read_any_more_are_an_altered_row(
    sealed: Flask, details: str | bytes
) -> None:
    named = after(sealed, lambda: db.session.execute(SET_DETAILS, {"details": details}))
    assert named == {"row 60 was altered"}


@pytest.mark.parametrize("schema_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("column", ["action", "actor", "target", "organization_id", "result", "details"])
def test_text_that_was_made_a_blob_of_the_same_bytes_is_an_altered_row(sealed: Flask, column: str) -> None:
    # SQLite finds a blob by no text: the event would be gone from every page.
    blob = text(f"UPDATE audit_events SET {column} = CAST(coalesce({column}, '') AS BLOB) WHERE id = 60")  # noqa: S608 - ours
    assert after(sealed, lambda: db.session.execute(blob)) == {"row 60 was altered"}


@pytest.mark.parametrize("schema_url", ["postgresql"], indirect=True)
def test_the_same_details_spelt_otherwise_are_the_same_row(sealed: Flask) -> None:
    named = after(sealed, lambda: db.session.execute(SET_DETAILS, {"details": ' {"number":"30"} '}))
    assert named == set()


def test_the_report_says_up_to_where_all_is_good(sealed: Flask) -> None:
    with UnitOfWork(sealed):
        db.session.execute(delete(EVENTS).where(EVENTS.c.id == 60))
    report = verified(sealed)
    # Rows 52 to 60 are those of the sixth seal.
    assert (report.good_seal, report.good_event) == (5, 50)
    assert faults(sealed) == ["row 60 is missing"]
