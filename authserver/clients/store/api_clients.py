"""The queries and writes of API clients."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, literal, or_, select, tuple_, update

from authserver.clients.api_client import ApiClient, ApiClientRecord, StoredSecret
from authserver.clients.models import ApiClientRow, ClientSecretRow
from authserver.extensions import db, execute
from authserver.organizations.models import OrganizationRow
from authserver.organizations.store.permissions import without

# Columns, not objects: this runs on the way of every token, once per client and second at most.
_FOR_TOKENS = (
    select(
        ApiClientRow.id,
        ApiClientRow.organization_id,
        ApiClientRow.name,
        ApiClientRow.scopes,
        ApiClientRow.auth_methods,
        ApiClientRow.permissions,
        ApiClientRow.disabled_at,
        OrganizationRow.limited_to,
        OrganizationRow.disabled_at.label("organization_disabled_at"),
        ClientSecretRow.id.label("secret_id"),
        ClientSecretRow.digest,
        ClientSecretRow.expires_at,
    )
    .join(OrganizationRow, OrganizationRow.id == ApiClientRow.organization_id)
    .outerjoin(ClientSecretRow, ClientSecretRow.owner == ApiClientRow.id)
    .where(ApiClientRow.id == bindparam("client"))
)


def find_for_tokens(client_id: str) -> ApiClient | None:
    """Return a client with all that decides about its tokens, in one query."""
    rows = execute(_FOR_TOKENS, client=client_id).all()
    return _for_tokens(rows) if rows else None


def add(client: ApiClientRecord) -> None:
    """Write a new client."""
    db.session.add(
        ApiClientRow(
            id=client.id,
            organization_id=client.organization_id,
            **_written(client),
            created_at=client.created_at,
            disabled_at=client.disabled_at,
        )
    )
    db.session.flush()


def find(client_id: str) -> ApiClientRecord | None:
    """Return what administrators see of a client."""
    # Another instance may have changed the row since this unit of work saw it.
    row = db.session.get(ApiClientRow, client_id, populate_existing=True)
    return None if row is None else _record(row)


def owners(client_ids: Collection[str]) -> set[str]:
    """Return the ids of the organizations that own some clients, of those that there are."""
    return set(
        db.session.scalars(select(ApiClientRow.organization_id).where(ApiClientRow.id.in_(client_ids)))
    )


def count(organization_id: str) -> int:
    """Return how many clients an organization has."""
    clients = select(func.count()).where(ApiClientRow.organization_id == organization_id)
    return db.session.scalars(clients).one()


def page(organization_id: str | None = None, *, after: str = "", limit: int = 100) -> list[ApiClientRecord]:
    """Return clients, of one organization or of all, in the order of their ids, from behind one of them."""
    rows = select(ApiClientRow).limit(limit)
    if organization_id is None:
        rows = rows.where(ApiClientRow.id > after).order_by(ApiClientRow.id)
    else:
        # One range of their index, in its order: with an equality in its stead PostgreSQL may take the
        # clients of all by their ids, and pass very many of others.
        key = ApiClientRow.organization_id, ApiClientRow.id
        rows = rows.where(tuple_(*key) > (organization_id, after), key[0] <= organization_id).order_by(*key)
    return [_record(row) for row in db.session.scalars(rows)]


def named(
    organization_id: str, *, search: str = "", after: tuple[str, str] | None = None, limit: int = 50
) -> list[ApiClientRecord]:
    """Return clients of an organization by name, from behind an id and a name (None: from the first).

    `search` is a part of the name, in any case, or an id.
    """
    order = func.lower(ApiClientRow.name), ApiClientRow.id
    rows = select(ApiClientRow).where(ApiClientRow.organization_id == organization_id)
    if search:
        part = search.lower()
        rows = rows.where(or_(order[0].contains(part, autoescape=True), ApiClientRow.id == part))
    if after:
        # Never by looking the id up: it may be gone, or another organization's.
        client_id, name = after
        rows = rows.where(tuple_(*order) > tuple_(func.lower(literal(name)), literal(client_id)))
    return [_record(row) for row in db.session.scalars(rows.order_by(*order).limit(limit))]


def names(client_ids: Collection[str]) -> dict[str, str]:
    """Return the names of some clients by their ids, of those that there are."""
    found = select(ApiClientRow.id, ApiClientRow.name).where(ApiClientRow.id.in_(client_ids))
    return {row.id: row.name for row in db.session.execute(found)}


def save(client: ApiClientRecord, before: ApiClientRecord) -> None:
    """Write what is different from before, and nothing else: others may change the rest meanwhile."""
    values = {
        name: written for name, written in _written(client).items() if written != _written(before)[name]
    }
    if values:
        db.session.execute(update(ApiClientRow).where(ApiClientRow.id == client.id).values(values))


def _written(client: ApiClientRecord) -> dict[str, str]:
    """Return what may be changed of a client as it stands in its row."""
    return {
        "name": client.name,
        "scopes": " ".join(client.scopes),
        "auth_methods": " ".join(client.auth_methods),
        "permissions": " ".join(client.permissions),
    }


def set_disabled(client_id: str, at: int | None) -> bool:
    """Disable (at a Unix time) or enable (None) a client; return whether that changed anything."""
    present = ApiClientRow.disabled_at.is_(None) if at is not None else ApiClientRow.disabled_at.is_not(None)
    changed = update(ApiClientRow).where(ApiClientRow.id == client_id, present).values(disabled_at=at)
    return db.session.scalar(changed.returning(ApiClientRow.id)) is not None


def remove(client_id: str) -> None:
    """Delete a client and its secrets. Its id stays in the register of subjects and never comes back."""
    db.session.execute(delete(ApiClientRow).where(ApiClientRow.id == client_id))


def remove_of(organization_ids: Collection[str]) -> list[tuple[str, str, str]]:
    """Delete all clients of organizations with their secrets; return organization, id and name of each."""
    gone = delete(ApiClientRow).where(ApiClientRow.organization_id.in_(organization_ids))
    facts = gone.returning(ApiClientRow.organization_id, ApiClientRow.id, ApiClientRow.name)
    return [(row[0], row[1], row[2]) for row in db.session.execute(facts)]


def withdraw(permission: str) -> None:
    """Take a permission from all clients."""
    db.session.execute(without(ApiClientRow.permissions, permission))


def anyone_holds(scope: str) -> bool:
    """Return whether some client may have a scope."""
    padded = literal(" ") + ApiClientRow.scopes + literal(" ")
    holders = select(ApiClientRow.id).where(padded.contains(f" {scope} ", autoescape=True)).limit(1)
    return db.session.scalar(holders) is not None


def _for_tokens(rows: Sequence[Row[*tuple[Any, ...]]]) -> ApiClient:
    first = rows[0]
    return ApiClient(
        id=first.id,
        organization_id=first.organization_id,
        name=first.name,
        scopes=tuple(first.scopes.split()),
        auth_methods=tuple(first.auth_methods.split()),
        active=first.disabled_at is None and first.organization_disabled_at is None,
        secrets=tuple(
            StoredSecret(row.secret_id, row.digest, row.expires_at) for row in rows if row.secret_id
        ),
        permissions=_allowed(first.permissions, first.limited_to),
    )


def _record(row: ApiClientRow) -> ApiClientRecord:
    return ApiClientRecord(
        id=row.id,
        organization_id=row.organization_id,
        name=row.name,
        scopes=tuple(row.scopes.split()),
        auth_methods=tuple(row.auth_methods.split()),
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        permissions=tuple(row.permissions.split()),
    )


def _allowed(permissions: str, limited_to: str | None) -> tuple[str, ...]:
    # Withdrawn ones were taken out of the row, so that the catalogue need not be read for each token.
    granted = permissions.split()
    allowed = granted if limited_to is None else set(limited_to.split())
    return tuple(permission for permission in granted if permission in allowed)
