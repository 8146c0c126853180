"""The queries and writes of sessions."""

from typing import Any, cast

from sqlalchemy import Row, bindparam, delete, or_, select, update

from authserver.accounts.account import Account, Session, Stage
from authserver.accounts.models import AccountRow, SessionRow
from authserver.accounts.store import accounts
from authserver.extensions import db

MOST = 50
"""Sessions of an account; a further one ends the one that was seen least recently."""

_sessions = SessionRow.metadata.tables[SessionRow.__tablename__]
_BY_ID = select(_sessions).where(
    _sessions.c.id == bindparam("session"),
    _sessions.c.idle_until > bindparam("now"),
    _sessions.c.expires_at > bindparam("now"),
)


def add(session: Session, digest: bytes) -> list[str]:
    """Write a new session under the digest of its handle; return the ids of those that had to go for it."""
    db.session.add(
        SessionRow(
            id=session.id,
            digest=digest,
            account_id=session.account_id,
            stage=session.stage,
            created_at=session.created_at,
            authenticated_at=session.authenticated_at,
            last_seen_at=session.last_seen_at,
            idle=session.idle,
            idle_until=session.last_seen_at + session.idle,
            expires_at=session.expires_at,
            source=session.source,
            user_agent=session.user_agent,
        )
    )
    db.session.flush()
    kept = select(SessionRow.id).where(SessionRow.account_id == session.account_id)
    kept = kept.order_by(SessionRow.last_seen_at.desc(), SessionRow.created_at.desc()).limit(MOST)
    spare = delete(SessionRow).where(SessionRow.account_id == session.account_id, SessionRow.id.not_in(kept))
    return list(db.session.scalars(spare.where(SessionRow.id != session.id).returning(SessionRow.id)))


def renew(session: Session, digest: bytes) -> bool:
    """Write what a further sign-in changes of a live session; return whether it lives."""
    live = update(SessionRow).where(SessionRow.id == session.id, SessionRow.stage == session.stage)
    changed = live.values(
        digest=digest,
        authenticated_at=session.authenticated_at,
        last_seen_at=session.last_seen_at,
        idle=session.idle,
        idle_until=session.last_seen_at + session.idle,
        expires_at=session.expires_at,
        source=session.source,
        user_agent=session.user_agent,
    )
    return db.session.scalar(changed.returning(SessionRow.id)) is not None


def find(digest: bytes, now: int) -> tuple[Session, Account] | None:
    """Return a live session and its account by the digest of the handle; a disabled account has none."""
    row = db.session.execute(
        select(SessionRow, AccountRow)
        .join(AccountRow, AccountRow.id == SessionRow.account_id)
        .where(
            SessionRow.digest == digest,
            SessionRow.idle_until > now,
            SessionRow.expires_at > now,
            AccountRow.disabled_at.is_(None),
        )
        .execution_options(populate_existing=True)
    ).first()
    return None if row is None else (_known(row[0]), accounts.known(row[1]))


def of(account_id: str, now: int) -> list[Session]:
    """Return the live sessions of an account, the one seen last first."""
    live = select(SessionRow).where(
        SessionRow.account_id == account_id, SessionRow.idle_until > now, SessionRow.expires_at > now
    )
    return [
        _known(row) for row in db.session.scalars(live.order_by(SessionRow.last_seen_at.desc()).limit(MOST))
    ]


def lives(session: Session, now: int) -> bool:
    """Return whether a session that was read before has not ended since."""
    return by_id(session.id, now) is not None


def by_id(session_id: str, now: int) -> Session | None:
    """Return a live session by its id; asked at each exchange of a code, so it is prepared once."""
    row = db.session.connection().execute(_BY_ID, {"session": session_id, "now": now}).first()
    return None if row is None else _known(row)


def touch(session: Session, now: int) -> None:
    """Note that a session was used.

    Somebody who holds it is changing or ending it: then nothing is noted, so that nobody waits in a circle.
    """
    free = select(SessionRow.id).where(SessionRow.id == session.id).with_for_update(skip_locked=True)
    seen = update(SessionRow).where(SessionRow.id.in_(free), SessionRow.last_seen_at < now)
    db.session.execute(seen.values(last_seen_at=now, idle_until=now + session.idle))


def end(account_id: str, session_id: str) -> bool:
    """End one session of an account; return whether it was there."""
    gone = delete(SessionRow).where(SessionRow.id == session_id, SessionRow.account_id == account_id)
    return db.session.scalar(gone.returning(SessionRow.id)) is not None


def end_all(account_id: str, *, but: str = "") -> list[str]:
    """End all sessions of an account but one; return their ids."""
    gone = delete(SessionRow).where(SessionRow.account_id == account_id, SessionRow.id != but)
    return list(db.session.scalars(gone.returning(SessionRow.id)))


def delete_expired(now: int, limit: int) -> int:
    """Delete some sessions whose time is over; return how many."""
    over = or_(SessionRow.idle_until <= now, SessionRow.expires_at <= now)
    some = select(SessionRow.id).where(over).limit(limit)
    gone = delete(SessionRow).where(SessionRow.id.in_(some), over).returning(SessionRow.id)
    return len(db.session.scalars(gone).all())


def _known(row: SessionRow | Row[Any]) -> Session:
    return Session(
        id=row.id,
        account_id=row.account_id,
        stage=cast("Stage", row.stage),
        created_at=row.created_at,
        authenticated_at=row.authenticated_at,
        last_seen_at=row.last_seen_at,
        idle=row.idle,
        expires_at=row.expires_at,
        source=row.source,
        user_agent=row.user_agent,
    )
