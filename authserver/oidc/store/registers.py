"""Registers of what was seen: client assertions, and access tokens that were revoked one by one."""

import hashlib

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from authserver.extensions import db, dialect
from authserver.oidc.models import RevokedTokenRow, UsedAssertionRow

Rows = type[RevokedTokenRow] | type[UsedAssertionRow]

ASSERTIONS: Rows = UsedAssertionRow
REVOKED: Rows = RevokedTokenRow


def enter(rows: Rows, expires_at: int, *key: str) -> bool:
    """Enter something until it expires (Unix seconds); return whether it was new."""
    insert = sqlite.insert if dialect() == "sqlite" else postgresql.insert
    statement = insert(rows).values(digest=digest_of(*key), expires_at=expires_at)
    new = statement.on_conflict_do_nothing(index_elements=[rows.digest]).returning(rows.digest)
    return db.session.scalar(new) is not None


def has(rows: Rows, *key: str) -> bool:
    """Return whether something was entered."""
    return db.session.scalar(select(rows.digest).where(rows.digest == digest_of(*key))) is not None


def delete_expired(now: int, limit: int) -> int:
    """Delete some entries of each register that expired; return the most that one had."""
    most = 0
    for rows in (ASSERTIONS, REVOKED):
        some = select(rows.digest).where(rows.expires_at <= now).limit(limit)
        gone = delete(rows).where(rows.digest.in_(some), rows.expires_at <= now).returning(rows.digest)
        most = max(most, len(db.session.scalars(gone).all()))
    return most


def digest_of(*key: str) -> bytes:
    """Return under what an entry is kept."""
    # As a tuple is written no part can run into the next, whatever stands in it.
    return hashlib.sha256(ascii(key).encode()).digest()
