"""The queries and writes of events."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    LargeBinary,
    Row,
    Select,
    Text,
    case,
    cast,
    delete,
    func,
    insert,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from authserver.audit.event import AuditEvent, Entry
from authserver.audit.filter import Filter, Place
from authserver.audit.models import AuditEventRow
from authserver.audit.seal import RawRow
from authserver.base.clock import LATEST
from authserver.base.tables import table_of
from authserver.extensions import db, dialect, execute

_FIELDS = tuple(AuditEvent.__dataclass_fields__)
_COLUMNS = tuple(getattr(AuditEventRow, name) for name in _FIELDS)
_INSERT = insert(table_of(AuditEventRow))


def _as_it_lies(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """Return text of SQLite as its bytes: what nobody can read any more must not end a verification.

    SQLite keeps the same bytes as text or as a blob, and a blob equals no text: it is not what was written.
    """
    as_written = func.typeof(column).in_(("text", "null"))
    return case((as_written, cast(column, LargeBinary)), else_=func.char(0) + func.hex(column))


# JSON as its text.
_TEXTS = (*_COLUMNS[1:-1], AuditEventRow.details)
_RAW = {
    "sqlite": (AuditEventRow.id, AuditEventRow.at, *map(_as_it_lies, _TEXTS)),
    "postgresql": (AuditEventRow.id, *_COLUMNS[:-1], cast(AuditEventRow.details, Text)),
}

_END = Place(LATEST + 1, 0)
"""Behind every event."""

_LEADS = ("target", "organization_id", "actor")
"""Fields with an index of their own, the one with the fewest events behind it first."""


def add(event: AuditEvent) -> None:
    """Write an event in the caller's transaction."""
    execute(_INSERT, **{name: getattr(event, name) for name in _FIELDS})


def add_all(new: Sequence[AuditEvent]) -> None:
    """Write many events in the caller's transaction, with one statement."""
    if new:
        rows = [{name: getattr(event, name) for name in _FIELDS} for event in new]
        db.session.execute(insert(AuditEventRow), rows)


def latest(limit: int = 100) -> list[AuditEvent]:
    """Return the newest events, newest first."""
    rows = select(AuditEventRow).order_by(AuditEventRow.id.desc()).limit(limit)
    return [AuditEvent(**{name: getattr(row, name) for name in _FIELDS}) for row in db.session.scalars(rows)]


def found(wanted: Filter, before: Place | None, *, limit: int, window: int) -> list[Entry]:
    """Return events of a filter in front of a place, newest first.

    Looks at no more than `window` events of the index that serves the filter, so that it takes the same time
    whatever the size of the trail and however rare what is asked for.
    """
    seen = _candidates(wanted, before, AuditEventRow.id, *_COLUMNS).limit(window).subquery()
    rows = (
        select(seen).where(*_rest(wanted, seen.c)).order_by(seen.c.at.desc(), seen.c.id.desc()).limit(limit)
    )
    return [_entry(row) for row in db.session.execute(rows)]


def end_of_window(wanted: Filter, before: Place | None, window: int) -> Place | None:
    """Return the last place that `found` looked at, None when it has seen all there is."""
    last = _candidates(wanted, before, AuditEventRow.at, AuditEventRow.id).offset(window - 1).limit(1)
    row = db.session.execute(last).one_or_none()
    return Place(row.at, row.id) if row else None


def newest_id() -> int:
    """Return the number of the newest event; 0 when there is none."""
    return db.session.scalar(select(func.max(AuditEventRow.id))) or 0


def behind(last_id: int, place: int) -> Entry | None:
    """Return the first event behind a number, or the one `place` places later; None when there is none."""
    rows = select(AuditEventRow.id, *_COLUMNS).where(AuditEventRow.id > last_id).order_by(AuditEventRow.id)
    row = db.session.execute(rows.offset(place).limit(1)).one_or_none()
    return _entry(row) if row else None


def raw(after_id: int | None, last_id: int, limit: int) -> list[RawRow]:
    """Return some rows as they lie in the table, from behind a number (or the first) up to another."""
    rows = select(*_RAW[dialect()]).where(AuditEventRow.id <= last_id).order_by(AuditEventRow.id).limit(limit)
    found = db.session.execute(rows if after_id is None else rows.where(AuditEventRow.id > after_id))
    return [tuple(map(_as_text, row)) for row in found]


def count_behind(last_id: int) -> int:
    """Return how many events there are behind a number."""
    return db.session.scalar(select(func.count()).where(AuditEventRow.id > last_id)) or 0


def delete_through(last_id: int) -> int:
    """Delete the events from the first to a number; return how many there were."""
    result = db.session.execute(delete(AuditEventRow).where(AuditEventRow.id <= last_id))
    return result.rowcount if isinstance(result, CursorResult) else 0


def _candidates(wanted: Filter, before: Place | None, *columns: InstrumentedAttribute[Any]) -> Select[Any]:
    # One range of the index that serves the filter, between two of its places, and in its order. With an
    # equality in its stead PostgreSQL may take the trail of all as it lies, and pass very many of others.
    lead = _lead(wanted)
    key = [AuditEventRow.at, AuditEventRow.id]
    begins = [getattr(wanted, lead)] if lead else []
    if lead:
        key.insert(0, getattr(AuditEventRow, lead))
    end = min(before or _END, Place(_END.at if wanted.until is None else wanted.until, 0))
    rows = select(*columns).order_by(*(column.desc() for column in key))
    rows = rows.where(tuple_(*key) < (*begins, end.at, end.id))
    return rows.where(tuple_(*key[:-1]) >= (*begins, wanted.since or 0))


def _lead(wanted: Filter) -> str | None:
    return next((name for name in _LEADS if getattr(wanted, name)), None)


def _rest(wanted: Filter, seen: ReadOnlyColumnCollection[str, Any]) -> list[ColumnElement[bool]]:
    names = {*_LEADS, "result"} - {_lead(wanted)}
    equal = [seen[name] == getattr(wanted, name) for name in sorted(names) if getattr(wanted, name)]
    begins = [seen.action.startswith(wanted.action, autoescape=True)] if wanted.action else []
    return equal + begins


def _as_text(value: Any) -> Any:
    return value.decode(errors="surrogateescape") if isinstance(value, bytes) else value


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.id, AuditEvent(**{name: getattr(row, name) for name in _FIELDS}))
