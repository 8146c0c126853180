"""The queries and writes of API resources and scopes."""

from typing import Any, cast

from sqlalchemy import Row, delete, select, update

from authserver.base.tables import table_of
from authserver.clients.models import ResourceRow, ScopeRow
from authserver.clients.resource import ClaimStyle, Resource
from authserver.extensions import INSERT, db, dialect, execute
from authserver.keys.lifecycle import Algorithm

_resources, _scopes = table_of(ResourceRow), table_of(ScopeRow)
_RESOURCES = select(_resources).order_by(_resources.c.name)
_SCOPES = select(_scopes).order_by(_scopes.c.name)


def everything() -> list[Resource]:
    """Return all resources in the order of their names. There are few: they are kept whole in memory."""
    scopes: dict[str, list[str]] = {}
    for scope in execute(_SCOPES):
        scopes.setdefault(scope.resource, []).append(scope.name)
    return [_value(row, scopes.get(row.name, [])) for row in execute(_RESOURCES)]


def find(name: str) -> Resource | None:
    """Return a resource by its name."""
    return next((resource for resource in everything() if resource.name == name), None)


def add(resource: Resource, created_at: int) -> None:
    """Write a new resource and its scopes."""
    values = {"name": resource.name, "created_at": created_at} | _values(resource)
    db.session.add(ResourceRow(**values))
    db.session.flush()
    _add_scopes(resource.name, resource.scopes)


def add_once(resource: Resource, created_at: int) -> bool:
    """Write a new resource and its scopes; return False when somebody else did at the same time."""
    values = {"name": resource.name, "created_at": created_at} | _values(resource)
    added = INSERT[dialect()](_resources).values(values).on_conflict_do_nothing().returning(ResourceRow.name)
    if db.session.scalar(added) is None:
        return False
    _add_scopes(resource.name, resource.scopes)
    return True


def save(resource: Resource) -> None:
    """Write what may be changed of a resource, its scopes included."""
    db.session.execute(update(ResourceRow).where(ResourceRow.name == resource.name).values(_values(resource)))
    db.session.execute(delete(ScopeRow).where(ScopeRow.resource == resource.name))
    _add_scopes(resource.name, resource.scopes)


def remove(name: str) -> None:
    """Delete a resource with its scopes and secrets."""
    db.session.execute(delete(ResourceRow).where(ResourceRow.name == name))


def owner_of_scope(scope: str) -> str | None:
    """Return the name of the resource that a scope belongs to."""
    return db.session.scalar(select(ScopeRow.resource).where(ScopeRow.name == scope))


def owner_of_audience(audience: str) -> str | None:
    """Return the name of the resource that an audience belongs to."""
    return db.session.scalar(select(ResourceRow.name).where(ResourceRow.audience == audience))


def _add_scopes(resource: str, scopes: tuple[str, ...]) -> None:
    db.session.add_all([ScopeRow(name=scope, resource=resource) for scope in scopes])
    db.session.flush()


def _values(resource: Resource) -> dict[str, object]:
    return {
        "audience": resource.audience,
        "algorithm": resource.algorithm,
        "claim_style": resource.claim_style,
        "lifetime": resource.lifetime,
        "internal": resource.internal,
    }


def _value(row: Row[*tuple[Any, ...]], scopes: list[str]) -> Resource:
    return Resource(
        name=row.name,
        audience=row.audience,
        scopes=tuple(scopes),
        algorithm=cast("Algorithm", row.algorithm),
        claim_style=cast("ClaimStyle", row.claim_style),
        lifetime=row.lifetime,
        internal=row.internal,
    )
