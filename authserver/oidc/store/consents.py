"""The queries and writes of consents."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select

from authserver.base.tables import table_of
from authserver.extensions import INSERT, db, dialect, execute
from authserver.oidc.models import ConsentRow

_consents = table_of(ConsentRow)
_SCOPES = select(_consents.c.scopes).where(
    _consents.c.account_id == bindparam("account"), _consents.c.client_id == bindparam("client")
)


class Consent(NamedTuple):
    """What a person lets an application have, since when (Unix seconds)."""

    client_id: str
    scopes: tuple[str, ...]
    created_at: int


def scopes(account_id: str, client_id: str) -> frozenset[str]:
    """Return the scopes that a person lets an application have."""
    agreed = execute(_SCOPES, account=account_id, client=client_id).scalar()
    return frozenset((agreed or "").split())


def remember(account_id: str, client_id: str, agreed: Collection[str], at: int) -> None:
    """Add scopes to those that a person lets an application have."""
    all_of_them = " ".join(sorted(scopes(account_id, client_id) | set(agreed)))
    statement = INSERT[dialect()](_consents).values(
        account_id=account_id, client_id=client_id, scopes=all_of_them, created_at=at, updated_at=at
    )
    changed = {"scopes": all_of_them, "updated_at": at}
    key = [ConsentRow.account_id, ConsentRow.client_id]
    db.session.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))


def of(account_id: str) -> list[Consent]:
    """Return all consents of a person."""
    found = select(ConsentRow).where(ConsentRow.account_id == account_id).order_by(ConsentRow.client_id)
    return [
        Consent(row.client_id, tuple(row.scopes.split()), row.created_at)
        for row in db.session.scalars(found.execution_options(populate_existing=True))
    ]


def withdraw(account_id: str, client_id: str) -> bool:
    """Forget a consent; return whether there was one."""
    gone = delete(ConsentRow).where(ConsentRow.account_id == account_id, ConsentRow.client_id == client_id)
    return db.session.scalar(gone.returning(ConsentRow.client_id)) is not None
