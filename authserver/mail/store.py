"""The queries and writes of the ledger of letters."""

import contextlib
from collections.abc import Collection, Iterator
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Row,
    Select,
    Update,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from authserver.base import clock
from authserver.base.tables import table_of
from authserver.extensions import db, execute
from authserver.mail.letter import Envelope, State
from authserver.mail.models import OutboxRow

_FIELDS = tuple(Envelope.__dataclass_fields__)
_COLUMNS = tuple(getattr(OutboxRow, name) for name in _FIELDS)
_INSERT = insert(table_of(OutboxRow))

# Written out, not bound: SQLite takes the partial index only for a condition that it can read.
_SENDING: ColumnElement[str] = literal_column("'sending'")


class Contended(Exception):  # noqa: N818 - it says what happened: nothing broke, somebody else was faster
    """Somebody else begins to write to the same address: end the unit of work, the next one sees more."""


def add(envelope: Envelope) -> None:
    """Write a new line in the caller's transaction."""
    execute(_INSERT, **{name: getattr(envelope, name) for name in _FIELDS})


def waits(kind: str, recipient: str) -> bool:
    """Return whether a letter of a kind waits for an address."""
    waiting = exists().where(
        OutboxRow.kind == kind, OutboxRow.recipient == recipient, OutboxRow.state == "waiting"
    )
    return bool(db.session.scalar(select(waiting)))


def claim(now: int, until: int) -> Envelope | None:
    """Take the letter that is due the longest, until a time (Unix seconds); None when none is due.

    Also takes what a crashed process left behind, once its claim is over. Raises Contended.
    """
    # A look costs no lock; most looks find nothing.
    if db.session.scalar(_due(now)) is None:
        return None
    first = _due(now).with_for_update(skip_locked=True).scalar_subquery()
    taken = (
        update(OutboxRow)
        .where(OutboxRow.id == first)
        .values(state="sending", due_at=until, attempts=OutboxRow.attempts + 1)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    try:
        row = db.session.execute(taken).first()
    except IntegrityError:
        # The index of addresses that are being written to; PostgreSQL lets the transaction do nothing more.
        raise Contended from None
    return _known(row) if row else None


@contextlib.contextmanager
def undone_on_error() -> Iterator[None]:
    """Undo what the block wrote when an exception leaves it, and keep what was written before."""
    with db.session.begin_nested():
        yield


def drop(envelope: Envelope) -> None:
    """Delete a letter that is ours: nobody is to be written to any more."""
    db.session.execute(delete(OutboxRow).where(*_ours(envelope)))


def mark_sent(envelope: Envelope, at: int) -> bool:
    """Note that the mail server took a letter; return whether the claim was still ours."""
    return _change(_mark(envelope).values(state="sent", sent_at=at, due_at=None, error=""))


def mark_later(envelope: Envelope, due_at: int, error: str) -> bool:
    """Let a letter wait until a time, with the reason; return whether the claim was still ours."""
    return _change(_mark(envelope).values(state="waiting", due_at=due_at, error=error))


def mark_failed(envelope: Envelope, error: str) -> bool:
    """Give a letter up, with the reason; return whether the claim was still ours."""
    return _change(_mark(envelope).values(state="failed", due_at=None, error=error))


def retry(letter_id: str) -> bool:
    """Make a letter due now that waits or failed; return whether there was one.

    A letter older than the time after which letters are given up gets one attempt.
    """
    stuck = update(OutboxRow).where(OutboxRow.id == letter_id, OutboxRow.state.in_(("waiting", "failed")))
    return _change(stuck.values(state="waiting", due_at=clock.now()))


def find(letter_id: str) -> Envelope | None:
    """Return one line of the ledger."""
    row = db.session.execute(select(*_COLUMNS).where(OutboxRow.id == letter_id)).first()
    return _known(row) if row else None


def states(letter_ids: Collection[str]) -> dict[str, State]:
    """Return how far some letters are, of those that the ledger knows."""
    rows = select(OutboxRow.id, OutboxRow.state).where(OutboxRow.id.in_(letter_ids))
    return {row.id: cast("State", row.state) for row in db.session.execute(rows)}


def page(
    state: State | str | None = None, after: tuple[int, str] | None = None, limit: int = 100
) -> list[Envelope]:
    """Return letters of a state or of all, newest first.

    `after` is when the letter was asked for (Unix seconds) behind which to begin, and its id.
    """
    # One range of the index by state, in its order: with an equality in its stead PostgreSQL may take the
    # ledger as it lies, and pass all that was sent.
    key = [*((OutboxRow.state,) if state else ()), OutboxRow.created_at, OutboxRow.id]
    rows = select(*_COLUMNS).order_by(*(column.desc() for column in key)).limit(limit)
    if state:
        rows = rows.where(OutboxRow.state >= state)
    if after:
        # Never by looking the id up: letters leave the ledger.
        begins = (state,) if state else ()
        place = zip((*begins, *after), key, strict=True)
        rows = rows.where(tuple_(*key) < tuple_(*(literal(value, column.type) for value, column in place)))
    elif state:
        rows = rows.where(OutboxRow.state <= state)
    return [_known(row) for row in db.session.execute(rows)]


def count_failed() -> int:
    """Return how many letters were given up; those that were sent are far too many to be counted."""
    return db.session.scalars(select(func.count()).where(OutboxRow.state == "failed")).one()


def delete_old(before: int, limit: int) -> int:
    """Delete some letters that were asked for before a time and are sent or failed; return how many."""
    over = select(OutboxRow.id).where(OutboxRow.created_at < before, OutboxRow.due_at.is_(None)).limit(limit)
    result = db.session.execute(delete(OutboxRow).where(OutboxRow.id.in_(over)))
    return result.rowcount if isinstance(result, CursorResult) else 0


def _due(now: int) -> Select[str]:
    """Select the letter that is due the longest among those whose address nobody else writes to."""
    row, other = aliased(OutboxRow), aliased(OutboxRow)
    taken = exists().where(other.recipient == row.recipient, other.state == _SENDING, other.id != row.id)
    waiting = select(row.id).where(row.due_at <= now, ~taken)
    return waiting.order_by(row.due_at, row.created_at, row.id).limit(1)


def _ours(envelope: Envelope) -> tuple[ColumnElement[bool], ...]:
    # Attempts only ever grow: whoever took the letter after us has another number.
    return (
        OutboxRow.id == envelope.id,
        OutboxRow.state == "sending",
        OutboxRow.attempts == envelope.attempts,
    )


def _mark(envelope: Envelope) -> Update:
    return update(OutboxRow).where(*_ours(envelope))


def _change(statement: Update) -> bool:
    done = statement.returning(OutboxRow.id).execution_options(synchronize_session=False)
    return db.session.scalar(done) is not None


def _known(row: Row[Any]) -> Envelope:
    return Envelope(**row._mapping)  # noqa: SLF001 - the documented name of a row as a mapping
