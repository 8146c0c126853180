"""The queries and writes of who knows of a session, and of the ledger of those to be told of its end."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Executable, delete, exists, func, insert, select, tuple_, update

from authserver.accounts.models import SessionRow
from authserver.base.handles import new_id
from authserver.base.tables import table_of
from authserver.clients.models import ApplicationRow
from authserver.extensions import INSERT, Upsert, db, dialect, execute
from authserver.oidc.models import LogoutRow, SessionClientRow

_known = table_of(SessionClientRow)


def _noting(new: Upsert) -> Executable:
    # A session lives longer when its person signs in again; most of the time there is nothing to write.
    return new.on_conflict_do_update(
        index_elements=[_known.c.session_id, _known.c.client_id],
        set_={"expires_at": new.excluded.expires_at},
        where=_known.c.expires_at < new.excluded.expires_at,
    )


_NOTE = {name: _noting(new(_known)) for name, new in INSERT.items()}


class Logout(NamedTuple):
    """An application that is to be told that a session ended."""

    id: str
    client_id: str
    account_id: str
    session_id: str
    attempts: int


def note(session_id: str, client_id: str, expires_at: int) -> None:
    """Remember that an application knows of a session, which ends by itself at a time (Unix seconds)."""
    execute(_NOTE[dialect()], session_id=session_id, client_id=client_id, expires_at=expires_at)


def enqueue(account_id: str, session_ids: Collection[str], at: int) -> int:
    """Enter into the ledger everybody who knows of sessions that ended; return how many."""
    gone = delete(SessionClientRow).where(SessionClientRow.session_id.in_(session_ids))
    known = db.session.execute(gone.returning(SessionClientRow.session_id, SessionClientRow.client_id)).all()
    told = _addressed({client_id for _, client_id in known})
    rows = [
        {
            "id": new_id(),
            "client_id": client_id,
            "account_id": account_id,
            "session_id": session_id,
            "created_at": at,
            "due_at": at,
            "attempts": 0,
        }
        for session_id, client_id in known
        if client_id in told
    ]
    if rows:
        db.session.execute(insert(LogoutRow), rows)
    return len(rows)


def claim(now: int, until: int, limit: int, but: Collection[str] = ()) -> list[Logout]:
    """Claim what is due for an attempt; nobody else does so before a time (Unix seconds).

    `but` names applications whose turn it is not.
    """
    due = select(LogoutRow.id).where(LogoutRow.due_at <= now).order_by(LogoutRow.due_at).limit(limit)
    if but:
        due = due.where(LogoutRow.client_id.not_in(but))
    due = due.with_for_update(skip_locked=True)
    claimed = update(LogoutRow).where(LogoutRow.id.in_(due), LogoutRow.due_at <= now)
    claimed = claimed.values(due_at=until, attempts=LogoutRow.attempts + 1)
    fields = (
        LogoutRow.id, LogoutRow.client_id, LogoutRow.account_id, LogoutRow.session_id, LogoutRow.attempts
    )  # fmt: skip
    return [Logout(*row) for row in db.session.execute(claimed.returning(*fields))]


def told(logout_id: str, at: int) -> None:
    """Note that an application took the news."""
    done = update(LogoutRow).where(LogoutRow.id == logout_id)
    db.session.execute(done.values(due_at=None, told_at=at))


def again(logout: Logout, due_at: int | None) -> None:
    """Let an attempt that failed be made again at a time (Unix seconds), or (None) never."""
    failed = update(LogoutRow).where(LogoutRow.id == logout.id, LogoutRow.attempts == logout.attempts)
    db.session.execute(failed.values(due_at=due_at))


def waiting() -> int:
    """Return how many applications are still to be told."""
    count = select(func.count()).select_from(LogoutRow).where(LogoutRow.due_at.is_not(None))
    return db.session.scalar(count) or 0


def unheard() -> dict[str, int]:
    """Return how often each application could not be told of something that it still is to be told of."""
    late = select(LogoutRow.client_id, func.count()).where(
        LogoutRow.due_at.is_not(None), LogoutRow.attempts > 1
    )
    counted = db.session.execute(late.group_by(LogoutRow.client_id))
    return {row.client_id: row[1] for row in counted}


def delete_old(before: int, now: int, limit: int) -> int:
    """Delete some lines that are done and older than a time, and sessions that are over; return how many."""
    done = select(LogoutRow.id).where(LogoutRow.created_at < before, LogoutRow.due_at.is_(None)).limit(limit)
    lines = db.session.scalars(delete(LogoutRow).where(LogoutRow.id.in_(done)).returning(LogoutRow.id)).all()
    # A session lives longer than it said when its person signs in again.
    ended = ~exists().where(SessionRow.id == SessionClientRow.session_id)
    known = (SessionClientRow.session_id, SessionClientRow.client_id)
    over = select(*known).where(SessionClientRow.expires_at <= now, ended).limit(limit)
    forgotten = delete(SessionClientRow).where(tuple_(*known).in_(over))
    gone = db.session.scalars(forgotten.returning(SessionClientRow.client_id)).all()
    return max(len(lines), len(gone))


def _addressed(client_ids: Collection[str]) -> set[str]:
    listening = select(ApplicationRow.id).where(
        ApplicationRow.id.in_(client_ids),
        ApplicationRow.backchannel_logout_uri != "",
        ApplicationRow.disabled_at.is_(None),
    )
    return set(db.session.scalars(listening))
