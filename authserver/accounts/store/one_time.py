"""The queries and writes of secrets that letters carry: mailed passwords, reset links, address changes.

Of each kind an account has one, the newest: a new one takes the place of the one before.
"""

from typing import Any

from sqlalchemy import Executable, bindparam, delete, select, update

from authserver.accounts.models import EmailChangeRow, MailedPasswordRow, OneTimeRow, PasswordResetRow
from authserver.base.tables import table_of
from authserver.extensions import INSERT, db, dialect, execute

Kind = type[OneTimeRow]

MAILED_PASSWORDS: Kind = MailedPasswordRow
PASSWORD_RESETS: Kind = PasswordResetRow
EMAIL_CHANGES: Kind = EmailChangeRow
KINDS = (MAILED_PASSWORDS, PASSWORD_RESETS, EMAIL_CHANGES)


def _finding(kind: Kind) -> Executable:
    c = table_of(kind).c
    return select(c.account_id).where(c.account_id == bindparam("account"), c.digest == bindparam("secret"))


def _claiming(kind: Kind) -> Executable:
    c = table_of(kind).c
    this = c.account_id == bindparam("account"), c.digest == bindparam("secret")
    usable = c.used_at.is_(None), c.expires_at > bindparam("at")
    claimed = update(table_of(kind)).where(*this, *usable).values(used_at=bindparam("at"))
    return claimed.returning(c.account_id)


# Each attempt to sign in asks one of these, or both.
_IS_OF = {kind: _finding(kind) for kind in KINDS}
_CLAIM = {kind: _claiming(kind) for kind in KINDS}


def put(kind: Kind, account_id: str, digest: bytes, expires_at: int, **more: str) -> None:
    """Write the newest secret of an account, in the place of an older one."""
    values: dict[str, Any] = {"digest": digest, "expires_at": expires_at, "used_at": None, **more}
    statement = INSERT[dialect()](table_of(kind)).values(account_id=account_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=[kind.account_id], set_=values))


def renew(kind: Kind, account_id: str, digest: bytes, expires_at: int) -> bool:
    """Give a secret that waits unused another digest; return whether there was one."""
    waiting = update(kind).where(kind.account_id == account_id, kind.used_at.is_(None))
    renewed = waiting.values(digest=digest, expires_at=expires_at).returning(kind.account_id)
    return db.session.scalar(renewed) is not None


def holder(kind: Kind, digest: bytes, now: int) -> str | None:
    """Return the id of the account whose unused secret this is; consumes nothing."""
    return db.session.scalar(select(kind.account_id).where(kind.digest == digest, *_usable(kind, now)))


def claim(kind: Kind, account_id: str, digest: bytes, now: int) -> bool:
    """Use a secret, once and for ever; return whether it could be used."""
    return execute(_CLAIM[kind], account=account_id, secret=digest, at=now).first() is not None


def is_of(kind: Kind, account_id: str, digest: bytes) -> bool:
    """Return whether this is the secret of an account, used or not."""
    return execute(_IS_OF[kind], account=account_id, secret=digest).first() is not None


def new_email_of(account_id: str, now: int) -> str | None:
    """Return the address that waits to be confirmed, None when none does."""
    waiting = select(EmailChangeRow.new_email).where(
        EmailChangeRow.account_id == account_id, *_usable(EmailChangeRow, now)
    )
    return db.session.scalar(waiting)


def forget_all(account_id: str) -> None:
    """Drop every secret of an account that a letter carries: links and passwords under way are void."""
    for kind in KINDS:
        db.session.execute(delete(kind).where(kind.account_id == account_id))


def delete_expired(now: int, limit: int) -> int:
    """Delete some secrets that nobody can use any more; return how many."""
    deleted = 0
    for kind in KINDS:
        some = select(kind.account_id).where(kind.expires_at <= now).limit(limit)
        gone = delete(kind).where(kind.account_id.in_(some), kind.expires_at <= now)
        deleted += len(db.session.scalars(gone.returning(kind.account_id)).all())
    return deleted


def _usable(kind: Kind, now: int) -> tuple[Any, ...]:
    return kind.used_at.is_(None), kind.expires_at > now
