"""The queries and writes of accounts."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, bindparam, case, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from authserver.accounts.account import Account, Credentials
from authserver.accounts.models import AccountRow, MailedPasswordRow, SessionRow
from authserver.base.tables import table_of
from authserver.extensions import INSERT, db, dialect, execute

_BEHIND = "\x7f"
"""Stands behind every character of an address, which are ASCII and printable."""

_accounts = table_of(AccountRow)
_ONE = _accounts.c.id == bindparam("account")
_BY_ID = select(_accounts).where(_ONE)
_BY_EMAIL = select(_accounts).where(_accounts.c.email == bindparam("address"))
_ENABLED = select(_accounts.c.id).where(_ONE, _accounts.c.disabled_at.is_(None))
_HOLD = update(_accounts).where(_ONE).values(created_at=_accounts.c.created_at).returning(*_accounts.c)
_SIGNED_IN = update(_accounts).where(_ONE).values(last_sign_in_at=bindparam("at"))


def add(account: Account) -> bool:
    """Write a new account; return whether its address was free."""
    statement = INSERT[dialect()](_accounts).values(
        id=account.id,
        email=account.email,
        created_at=account.created_at,
        operator=account.operator,
        language=account.language,
    )
    added = statement.on_conflict_do_nothing(index_elements=[AccountRow.email]).returning(AccountRow.id)
    return db.session.scalar(added) is not None


def find(account_id: str) -> Account | None:
    """Return an account by its id."""
    row = execute(_BY_ID, account=account_id).first()
    return None if row is None else known(row)


def is_enabled(account_id: str) -> bool:
    """Return whether there is an account that may sign in; asked at each refresh, so it reads no more."""
    return execute(_ENABLED, account=account_id).first() is not None


def find_by_email(email: str) -> Account | None:
    """Return an account by its canonical address."""
    row = execute(_BY_EMAIL, address=email).first()
    return None if row is None else known(row)


def addresses(account_ids: Collection[str]) -> dict[str, str]:
    """Return the addresses of some accounts by their ids, of those that there are."""
    found = select(AccountRow.id, AccountRow.email).where(AccountRow.id.in_(account_ids))
    return {row.id: row.email for row in db.session.execute(found)}


def operators_among(account_ids: Collection[str]) -> set[str]:
    """Return which of some accounts are operators', disabled ones included."""
    found = select(AccountRow.id).where(AccountRow.id.in_(account_ids), AccountRow.operator)
    return set(db.session.scalars(found))


def credentials_of(email: str) -> Credentials | None:
    """Return an account and the hash of its password by its canonical address."""
    row = execute(_BY_EMAIL, address=email).first()
    return None if row is None else _credentials(row)


def lock(account_id: str) -> Credentials | None:
    """Return an account as it is now, and keep others from changing it until this unit of work ends.

    Whoever changes several rows of an account begins here, so that nobody waits for anybody in a circle. It
    is a write that changes nothing: SQLite knows no lock of rows, and lets one writer in at a time.
    """
    row = execute(_HOLD, account=account_id).first()
    return None if row is None else _credentials(row)


def page(*, search: str = "", after: str = "", limit: int = 100) -> list[Account]:
    """Return accounts in the order of their addresses, from behind one; `search` begins the address."""
    # One range, and no LIKE: both databases find it by the index of addresses.
    begins = AccountRow.email > after if after >= search else AccountRow.email >= search
    rows = select(AccountRow).where(begins).order_by(AccountRow.email).limit(limit)
    if search:
        rows = rows.where(AccountRow.email < search + _BEHIND)
    return [known(row) for row in db.session.scalars(rows)]


def choose_first_password(account_id: str, password_hash: str, at: int) -> bool:
    """Set the first own password and prove the address; return False when there is a password already."""
    changed = update(AccountRow).where(
        AccountRow.id == account_id, AccountRow.password_hash.is_(None), AccountRow.disabled_at.is_(None)
    )
    changed = changed.values(password_hash=password_hash, password_changed_at=at, email_proven_at=at)
    return db.session.scalar(changed.returning(AccountRow.id)) is not None


def set_password(account_id: str, password_hash: str, at: int) -> None:
    """Replace the password; the time of the change is later than the one before, also within a second."""
    before = func.coalesce(AccountRow.password_changed_at, 0)
    changed = update(AccountRow).where(AccountRow.id == account_id)
    later = case((before >= at, before + 1), else_=at)
    db.session.execute(changed.values(password_hash=password_hash, password_changed_at=later))


def rehash(account_id: str, old: str, new: str) -> None:
    """Replace a hash by one of the same password with newer parameters, unless it changed meanwhile."""
    same = update(AccountRow).where(AccountRow.id == account_id, AccountRow.password_hash == old)
    db.session.execute(same.values(password_hash=new))


def signed_in(account_id: str, at: int) -> None:
    """Note the time of a sign-in."""
    execute(_SIGNED_IN, account=account_id, at=at)


def set_email(account_id: str, email: str, at: int) -> bool:
    """Give an account another proven address; return False when somebody else has it."""
    changed = update(AccountRow).where(AccountRow.id == account_id).values(email=email, email_proven_at=at)
    try:
        with db.session.begin_nested():
            return db.session.scalar(changed.returning(AccountRow.id)) is not None
    except IntegrityError:
        return False


def set_language(account_id: str, language: str) -> None:
    """Note the language of letters."""
    db.session.execute(update(AccountRow).where(AccountRow.id == account_id).values(language=language))


def set_disabled(account_id: str, at: int | None) -> bool:
    """Disable (at a Unix time) or enable (None) an account; return whether that changed anything."""
    unchanged = AccountRow.disabled_at.is_not(None) if at is not None else AccountRow.disabled_at.is_(None)
    changed = update(AccountRow).where(AccountRow.id == account_id, ~unchanged).values(disabled_at=at)
    return db.session.scalar(changed.returning(AccountRow.id)) is not None


def set_operator(account_id: str, *, operator: bool) -> bool:
    """Grant or take the rights over the server; return whether that changed anything."""
    changed = update(AccountRow).where(AccountRow.id == account_id, AccountRow.operator.is_not(operator))
    return db.session.scalar(changed.values(operator=operator).returning(AccountRow.id)) is not None


def remove(account_id: str) -> bool:
    """Delete an account with all that belongs to it alone; return whether it was there."""
    gone = delete(AccountRow).where(AccountRow.id == account_id)
    return db.session.scalar(gone.returning(AccountRow.id)) is not None


def remove_unproven(account_id: str) -> bool:
    """Delete an account that nobody ever used; return whether it was one."""
    gone = delete(AccountRow).where(
        AccountRow.id == account_id, AccountRow.email_proven_at.is_(None), AccountRow.disabled_at.is_(None)
    )
    return db.session.scalar(gone.returning(AccountRow.id)) is not None


def delete_unproven(before: int, now: int, limit: int) -> list[str]:
    """Delete some accounts, older than a time (Unix seconds), that nobody ever used; return their ids.

    Whoever has a letter with a password that still works, or is about to choose one, keeps the account; a
    disabled one stays disabled.
    """
    waiting = select(MailedPasswordRow.account_id).where(
        MailedPasswordRow.account_id == AccountRow.id, MailedPasswordRow.expires_at > now
    )
    choosing = select(SessionRow.id).where(SessionRow.account_id == AccountRow.id)
    unused = (
        AccountRow.created_at < before,
        AccountRow.email_proven_at.is_(None),
        AccountRow.disabled_at.is_(None),
        ~waiting.exists(),
        ~choosing.exists(),
    )
    # Locked first and looked at once more then: a letter may be on its way out at this moment.
    some = select(AccountRow.id).where(*unused).limit(limit).with_for_update(skip_locked=True)
    ids = list(db.session.scalars(some))
    gone = delete(AccountRow).where(AccountRow.id.in_(ids), *unused)
    return list(db.session.scalars(gone.returning(AccountRow.id))) if ids else []


def _credentials(row: Row[*tuple[Any, ...]]) -> Credentials:
    return Credentials(known(row), row.password_hash, row.password_changed_at)


def known(row: AccountRow | Row[*tuple[Any, ...]]) -> Account:
    """Return the value of a row."""
    return Account(
        id=row.id,
        email=row.email,
        created_at=row.created_at,
        email_proven_at=row.email_proven_at,
        disabled_at=row.disabled_at,
        last_sign_in_at=row.last_sign_in_at,
        operator=row.operator,
        language=row.language,
    )
