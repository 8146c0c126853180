"""The queries and writes of the chain of seals."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, delete, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite

from authserver.audit.models import AuditHeadRow, AuditSealRow
from authserver.audit.seal import Head, KeptHead, Kind, Said, Seal
from authserver.extensions import db, dialect

_LOCK = 0x61756469
"""Advisory lock of PostgreSQL under which the chain grows ("audi" in ASCII)."""

_SAID = tuple(Said.__dataclass_fields__)
_COLUMNS = (*(getattr(AuditSealRow, name) for name in _SAID), AuditSealRow.mac)

_HEAD = 1
"""Id of the one row of the head."""

_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock'"
    " AND relation = 'audit_events'::regclass AND pid IS DISTINCT FROM pg_backend_pid()"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

PIECE = 50
"""Seals that are read at once."""


def alone() -> bool:
    """Let nobody else extend the chain until this unit of work ends; False when somebody does so now."""
    if dialect() == "sqlite":
        # Any write takes the one write lock; this one changes nothing.
        db.session.execute(text("DELETE FROM audit_head WHERE 1 = 0"))
        return True
    return bool(db.session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}))


def hold_still() -> None:
    """Let this unit of work, which has not begun to read yet, see one moment of the database throughout."""
    still = "BEGIN" if dialect() == "sqlite" else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    db.session.execute(text(still))


def writers() -> frozenset[str]:
    """Return the transactions that may have taken a number for an event and are not over.

    Whoever inserts holds this lock from before it takes a number until after what it wrote can be seen
    (PostgreSQL, "Explicit Locking"). On SQLite numbers are taken in the order of commits.
    """
    if dialect() == "sqlite":
        return frozenset()
    return frozenset(db.session.scalars(_WRITERS))


def add(seal: Seal) -> None:
    """Write a seal. Raises IntegrityError when there is one of that number."""
    db.session.execute(insert(AuditSealRow).values(**asdict(seal.said), mac=seal.mac))


def keep_head(kept: KeptHead) -> None:
    """Write where the chain ends now."""
    values = {"number": kept.head.number, "link": kept.head.link, "key": kept.key, "mac": kept.mac}
    new = sqlite.insert if dialect() == "sqlite" else postgresql.insert
    statement = new(AuditHeadRow).values(id=_HEAD, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=[AuditHeadRow.id], set_=values))


def head() -> KeptHead | None:
    """Return where the chain ends; None before the first seal."""
    row = db.session.execute(
        select(AuditHeadRow.number, AuditHeadRow.link, AuditHeadRow.key, AuditHeadRow.mac)
    ).first()
    return KeptHead(Head(row.number, row.link), row.key, row.mac) if row else None


def find(number: int) -> Seal | None:
    """Return a seal by its number."""
    row = db.session.execute(select(*_COLUMNS).where(AuditSealRow.number == number)).first()
    return _seal(row) if row else None


def newest(kind: Kind | None = None) -> Seal | None:
    """Return the last seal of the chain, or the last of a kind."""
    return next(backwards(kind), None)


def backwards(kind: Kind | None = None, through: int | None = None) -> Iterator[Seal]:
    """Return the seals, or those of a kind, from the last (or one by its number) to the first."""
    rows = select(*_COLUMNS).order_by(AuditSealRow.number.desc()).limit(1)
    rows = rows.where(AuditSealRow.kind == kind) if kind else rows
    while row := db.session.execute(
        rows if through is None else rows.where(AuditSealRow.number <= through)
    ).first():
        yield _seal(row)
        through = row.number - 1


def oldest_sealed_at() -> int | None:
    """Return when the first seal that is left was made (Unix seconds); None when there is none."""
    return db.session.scalar(select(AuditSealRow.sealed_at).order_by(AuditSealRow.number).limit(1))


def oldest(limit: int, *, sealed_before: int, below: int) -> list[Seal]:
    """Return some seals from the first on, as far as they were made before a time and are below a number."""
    rows = select(*_COLUMNS).where(AuditSealRow.number < below).order_by(AuditSealRow.number).limit(limit)
    found = [_seal(row) for row in db.session.execute(rows)]
    recent = next((place for place, seal in enumerate(found) if seal.said.sealed_at >= sealed_before), None)
    return found[:recent]


def after(number: int | None = None) -> Iterator[Seal]:
    """Return the seals behind a number, or all of them, a few at a time."""
    while True:
        rows = select(*_COLUMNS).order_by(AuditSealRow.number).limit(PIECE)
        piece = db.session.execute(rows if number is None else rows.where(AuditSealRow.number > number)).all()
        yield from map(_seal, piece)
        if len(piece) < PIECE:
            return
        number = piece[-1].number


def delete_through(number: int) -> None:
    """Delete the seals from the first to one."""
    db.session.execute(delete(AuditSealRow).where(AuditSealRow.number <= number))


def _seal(row: Row[Any]) -> Seal:
    return Seal(Said(**{name: getattr(row, name) for name in _SAID}), row.mac)
