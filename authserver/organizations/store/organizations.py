"""The queries and writes of organizations."""

from sqlalchemy import delete, select, update

from authserver.extensions import db
from authserver.organizations.models import OrganizationRow
from authserver.organizations.organization import Organization


def add(organization: Organization) -> None:
    """Write a new organization."""
    db.session.add(
        OrganizationRow(
            id=organization.id,
            name=organization.name,
            slug=organization.slug,
            created_at=organization.created_at,
            disabled_at=organization.disabled_at,
        )
    )
    db.session.flush()


def find(organization_id: str) -> Organization | None:
    """Return an organization by its id."""
    return _value(db.session.get(OrganizationRow, organization_id))


def find_by_slug(slug: str) -> Organization | None:
    """Return an organization by its slug."""
    return _value(db.session.scalar(select(OrganizationRow).where(OrganizationRow.slug == slug)))


def page(*, after: str = "", limit: int = 100) -> list[Organization]:
    """Return organizations in the order of their slugs, from behind one of them."""
    rows = (
        select(OrganizationRow)
        .where(OrganizationRow.slug > after)
        .order_by(OrganizationRow.slug)
        .limit(limit)
    )
    return [known(row) for row in db.session.scalars(rows)]


def rename(organization_id: str, name: str) -> bool:
    """Write another name; return whether that changed anything."""
    other = update(OrganizationRow).where(OrganizationRow.id == organization_id, OrganizationRow.name != name)
    return db.session.scalar(other.values(name=name).returning(OrganizationRow.id)) is not None


def set_disabled(organization_id: str, at: int | None) -> bool:
    """Disable (at a Unix time) or enable (None) an organization; return whether that changed anything."""
    unchanged = (
        OrganizationRow.disabled_at.is_not(None) if at is not None else OrganizationRow.disabled_at.is_(None)
    )
    changed = (
        update(OrganizationRow)
        .where(OrganizationRow.id == organization_id, ~unchanged)
        .values(disabled_at=at)
    )
    return db.session.scalar(changed.returning(OrganizationRow.id)) is not None


def remove(organization_id: str) -> None:
    """Delete an organization with its memberships; whatever else belongs to it must be gone."""
    db.session.execute(delete(OrganizationRow).where(OrganizationRow.id == organization_id))


def _value(row: OrganizationRow | None) -> Organization | None:
    return None if row is None else known(row)


def known(row: OrganizationRow) -> Organization:
    """Return the value of a row."""
    return Organization(row.id, row.name, row.slug, row.created_at, row.disabled_at)
