"""The queries and writes of sessions."""

from typing import cast

from sqlalchemy import bindparam, delete, insert, or_, select, update

from authserver.accounts.account import Account, Session, Stage
from authserver.accounts.models import AccountRow, SessionRow
from authserver.base.tables import table_of
from authserver.extensions import db, execute

MOST = 50
"""Sessions of an account; a further one ends the one that was seen least recently."""

_sessions, _accounts = table_of(SessionRow), table_of(AccountRow)
_NAMES = tuple(Session.__dataclass_fields__)
_SESSION = tuple(_sessions.c[name] for name in _NAMES)
_ACCOUNT = tuple(_accounts.c[name] for name in Account.__dataclass_fields__)
_LIVE = _sessions.c.idle_until > bindparam("now"), _sessions.c.expires_at > bindparam("now")

_INSERT = insert(_sessions)
_MINE = _sessions.c.account_id == bindparam("account")
_KEPT = (
    select(_sessions.c.id)
    .where(_MINE)
    .order_by(_sessions.c.last_seen_at.desc(), _sessions.c.created_at.desc())
    .limit(MOST)
)
_MAKE_WAY = (
    delete(_sessions)
    .where(_MINE, _sessions.c.id.not_in(_KEPT), _sessions.c.id != bindparam("session"))
    .returning(_sessions.c.id)
)
_BY_ID = (
    select(*_SESSION)
    .join(_accounts, _accounts.c.id == _sessions.c.account_id)
    .where(_sessions.c.id == bindparam("session"), *_LIVE, _accounts.c.disabled_at.is_(None))
)
_BY_HANDLE = (
    select(*_SESSION, *_ACCOUNT)
    .join(_accounts, _accounts.c.id == _sessions.c.account_id)
    .where(_sessions.c.digest == bindparam("handle"), *_LIVE, _accounts.c.disabled_at.is_(None))
)
_FREE = select(_sessions.c.id).where(_sessions.c.id == bindparam("session")).with_for_update(skip_locked=True)
_TOUCH = (
    update(_sessions)
    .where(_sessions.c.id.in_(_FREE), _sessions.c.last_seen_at < bindparam("at"))
    .values(last_seen_at=bindparam("at"), idle_until=bindparam("until"))
)


def add(session: Session, digest: bytes) -> list[str]:
    """Write a new session under the digest of its handle; return the ids of those that had to go for it."""
    values = {name: getattr(session, name) for name in _NAMES}
    execute(_INSERT, **values, digest=digest, idle_until=session.last_seen_at + session.idle)
    return list(execute(_MAKE_WAY, account=session.account_id, session=session.id).scalars())


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
    row = execute(_BY_HANDLE, handle=digest, now=now).first()
    return None if row is None else (Session(*row[: len(_NAMES)]), Account(*row[len(_NAMES) :]))


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
    """Return a live session by its id; a disabled account has none."""
    row = execute(_BY_ID, session=session_id, now=now).first()
    return None if row is None else Session(*row)


def touch(session: Session, now: int) -> None:
    """Note that a session was used.

    Somebody who holds it is changing or ending it: then nothing is noted, so that nobody waits in a circle.
    """
    execute(_TOUCH, session=session.id, at=now, until=now + session.idle)


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


def _known(row: SessionRow) -> Session:
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
