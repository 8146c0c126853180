"""The queries and writes of secrets, of API clients, of API resources and of applications."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import and_, bindparam, delete, func, or_, select, update

from authserver.base.tables import table_of
from authserver.clients.api_client import StoredSecret
from authserver.clients.last_used import Use
from authserver.clients.models import ApplicationSecretRow, ClientSecretRow, ResourceSecretRow, SecretRow
from authserver.clients.secret_record import SecretRecord, Summary
from authserver.extensions import db, execute

Rows = type[SecretRow]
"""Whose secrets: `OF_CLIENTS`, `OF_RESOURCES` or `OF_APPLICATIONS`."""

OF_CLIENTS: Rows = ClientSecretRow
OF_RESOURCES: Rows = ResourceSecretRow
OF_APPLICATIONS: Rows = ApplicationSecretRow

LONGEST_ACTOR = 100
LONGEST_SOURCE = 45
"""Characters of who made a secret, and of an address."""

_of_resources = table_of(ResourceSecretRow)
_STORED = select(_of_resources).where(_of_resources.c.resource == bindparam("name"))


def add(rows: Rows, owner: str, secret: SecretRecord, digest: bytes) -> None:
    """Write a new secret of a client (by id) or of a resource (by name)."""
    db.session.add(
        rows(
            id=secret.id,
            owner=owner,
            label=secret.label,
            digest=digest,
            created_at=secret.created_at,
            created_by=secret.created_by[:LONGEST_ACTOR],
            expires_at=secret.expires_at,
        )
    )
    db.session.flush()


def of(rows: Rows, owner: str) -> list[SecretRecord]:
    """Return the secrets of an owner, oldest first, without their digests."""
    found = select(rows).where(rows.owner == owner).order_by(rows.created_at, rows.id)
    return [_record(row) for row in db.session.scalars(found)]


def summed(rows: Rows, owners: Collection[str]) -> dict[str, Summary]:
    """Return how many secrets each of some owners has, and when one of them was last used."""
    found = select(rows.owner, func.count(), func.max(rows.last_used_at)).where(rows.owner.in_(owners))
    return {
        owner: Summary(count, last) for owner, count, last in db.session.execute(found.group_by(rows.owner))
    }


def stored(resource: str) -> tuple[StoredSecret, ...]:
    """Return the secrets of an API resource as they are compared."""
    found = execute(_STORED, name=resource)
    return tuple(StoredSecret(row.id, row.digest, row.expires_at) for row in found)


def has(rows: Rows, owner: str, digest: bytes) -> bool:
    """Return whether an owner has a secret, by its digest."""
    found = select(rows.id).where(rows.owner == owner, rows.digest.in_([digest]))
    return db.session.scalar(found) is not None


def claim_notices(lead: int, now: int, limit: int) -> list[str]:
    """Return the ids of clients' secrets that expire within `lead` seconds and whose people shall be told.

    Each once, by whichever instance asks first. A secret that was made for no longer than that needs no
    notice.
    """
    row = ClientSecretRow
    begins = row.expires_at - lead
    due = and_(
        row.expires_at > now,
        begins <= now,
        row.created_at < begins,
        or_(row.noticed_at.is_(None), row.noticed_at < begins),
    )
    some = select(row.id).where(due).order_by(row.expires_at).limit(limit)
    some = some.with_for_update(skip_locked=True)
    told = update(row).where(row.id.in_(some), due).values(noticed_at=now).returning(row.id)
    return list(db.session.scalars(told.execution_options(synchronize_session=False)))


def find_of_client(secret_id: str) -> tuple[str, SecretRecord] | None:
    """Return the owner of a client's secret, and what people see of that."""
    found = select(ClientSecretRow).where(ClientSecretRow.id == secret_id)
    row = db.session.scalar(found.execution_options(populate_existing=True))
    return (row.owner, _record(row)) if row else None


def remove(rows: Rows, owner: str, secret_id: str) -> bool:
    """Delete a secret of an owner; return whether it was there."""
    gone = delete(rows).where(rows.id == secret_id, rows.owner == owner)
    return db.session.scalar(gone.returning(rows.id)) is not None


def mark_used(rows: Rows, used: Mapping[str, Use]) -> None:
    """Write when and from where secrets were last used, by their ids.

    An older time never replaces a newer one.
    """
    table = rows.__table__
    latest = update(rows).where(
        table.c.id == bindparam("secret"), func.coalesce(table.c.last_used_at, 0) < bindparam("at")
    )
    parameters: Iterable[dict[str, object]] = [
        {"secret": secret, "at": use.at, "source": use.source[:LONGEST_SOURCE]}
        for secret, use in sorted(used.items())
    ]
    latest = latest.values(last_used_at=bindparam("at"), last_used_from=bindparam("source"))
    db.session.connection().execute(latest, list(parameters))


def _record(row: SecretRow) -> SecretRecord:
    return SecretRecord(
        row.id,
        row.label,
        row.created_at,
        row.expires_at,
        row.last_used_at,
        row.last_used_from,
        row.created_by,
    )
