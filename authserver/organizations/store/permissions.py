"""The queries and writes of the permissions that API resources registered."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Update, delete, func, literal, or_, select, union, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute

from authserver.extensions import db, dialect
from authserver.organizations.models import InvitationRow, MembershipRow, OrganizationRow, PermissionRow
from authserver.organizations.permissions import Permission


def everything() -> list[Permission]:
    """Return all registered permissions in the order of their names. There are few."""
    rows = select(PermissionRow.name, PermissionRow.description, PermissionRow.resource)
    return [Permission(*row) for row in db.session.execute(rows.order_by(PermissionRow.name))]


def names(*, hold: bool = False) -> list[str]:
    """Return the names of all; with `hold` none of them is withdrawn before this unit of work ends."""
    rows = select(PermissionRow.name).order_by(PermissionRow.name)
    return list(db.session.scalars(rows.with_for_update(read=True) if hold else rows))


def put(permission: Permission) -> bool:
    """Write a permission or its new description; return False when it belongs to another resource."""
    insert = sqlite.insert if dialect() == "sqlite" else postgresql.insert
    values = {"resource": permission.resource, "description": permission.description}
    statement = insert(PermissionRow).values(name=permission.name, **values)
    written = statement.on_conflict_do_update(
        index_elements=[PermissionRow.name],
        set_={"description": permission.description},
        where=PermissionRow.resource == permission.resource,
    )
    return db.session.scalar(written.returning(PermissionRow.name)) is not None


def organizations_with(wanted: Collection[str]) -> set[str]:
    """Return the ids of organizations in which withdrawing permissions changes something.

    Those that are limited to one of them, or where somebody was granted one or is invited to it.
    """
    places = (
        (OrganizationRow.id, OrganizationRow.limited_to),
        (MembershipRow.organization_id, MembershipRow.permissions),
        (InvitationRow.organization_id, InvitationRow.permissions),
    )
    named = (
        select(its_id).where(or_(*(_names(column, name) for name in wanted))) for its_id, column in places
    )
    return set(db.session.scalars(union(*named))) if wanted else set()


def hold(wanted: Collection[str]) -> None:
    """Let nobody grant some permissions until this unit of work ends, in the order in which all hold several.

    Whoever changes something in organizations as well locks these first.
    """
    rows = select(PermissionRow.name).where(PermissionRow.name.in_(wanted)).order_by(PermissionRow.name)
    db.session.execute(rows.with_for_update()).all()


def remove(name: str) -> None:
    """Delete a permission and take it from everybody who was granted it.

    What it changes is locked already: the organizations, then the permission; whoever granted it at that
    moment was waited for.
    """
    db.session.execute(delete(PermissionRow).where(PermissionRow.name == name))
    for column in (MembershipRow.permissions, InvitationRow.permissions, OrganizationRow.limited_to):
        db.session.execute(without(column, name))


def without(column: InstrumentedAttribute[Any], name: str) -> Update:
    """Return what takes a name out of a column of names that are separated by spaces."""
    rest = func.trim(func.replace(_padded(column), f" {name} ", " "))
    holders = update(column.class_).where(_names(column, name))
    return holders.values({column: rest}).execution_options(synchronize_session=False)


def _names(column: InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    return _padded(column).contains(f" {name} ", autoescape=True)


def _padded(column: InstrumentedAttribute[Any]) -> ColumnElement[str]:
    return literal(" ") + column + literal(" ")
