"""The queries and writes of creations under idempotency keys."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from authserver.extensions import db, dialect
from authserver.management.models import CreationRow


class Creation(NamedTuple):
    """What was asked for (a digest), and what was answered, without any secret."""

    asked: bytes
    body: str
    location: str


def claim(digest: bytes, asked: bytes, now: int, expires_at: int) -> bool:
    """Enter a key; return whether it was free. While somebody else enters the same one, this waits."""
    db.session.execute(delete(CreationRow).where(CreationRow.digest.in_([digest]), _over(now)))
    insert = sqlite.insert if dialect() == "sqlite" else postgresql.insert
    statement = insert(CreationRow).values(digest=digest, asked=asked, expires_at=expires_at)
    new = statement.on_conflict_do_nothing(index_elements=[CreationRow.digest]).returning(CreationRow.digest)
    return db.session.scalar(new) is not None


def find(digest: bytes) -> Creation | None:
    """Return what was created under a key."""
    row = select(CreationRow.asked, CreationRow.body, CreationRow.location)
    found = db.session.execute(row.where(CreationRow.digest.in_([digest]))).first()
    return Creation(*found) if found else None


def keep(digest: bytes, creation: Creation) -> None:
    """Write what was answered under a key."""
    mine = update(CreationRow).where(CreationRow.digest.in_([digest]))
    mine = mine.values(body=creation.body, location=creation.location)
    db.session.execute(mine.execution_options(synchronize_session=False))


def forget(digest: bytes) -> None:
    """Give a key back: nothing was created."""
    db.session.execute(delete(CreationRow).where(CreationRow.digest.in_([digest])))


def delete_expired(now: int, limit: int) -> int:
    """Delete some entries whose day is over; return how many."""
    some = select(CreationRow.digest).where(_over(now)).limit(limit).with_for_update(skip_locked=True)
    gone = delete(CreationRow).where(CreationRow.digest.in_(some), _over(now)).returning(CreationRow.digest)
    return len(db.session.scalars(gone).all())


def _over(now: int) -> ColumnElement[bool]:
    return CreationRow.expires_at <= now
