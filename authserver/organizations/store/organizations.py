"""The queries and writes of organizations."""

from collections.abc import Collection

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from authserver.extensions import db, dialect
from authserver.organizations.models import OrganizationRow
from authserver.organizations.organization import Organization


def add(organization: Organization) -> bool:
    """Write a new organization; return whether its slug was free."""
    insert = sqlite.insert if dialect() == "sqlite" else postgresql.insert
    statement = insert(OrganizationRow).values(
        id=organization.id,
        name=organization.name,
        slug=organization.slug,
        created_at=organization.created_at,
        disabled_at=organization.disabled_at,
    )
    added = statement.on_conflict_do_nothing(index_elements=[OrganizationRow.slug])
    return db.session.scalar(added.returning(OrganizationRow.id)) is not None


def find(organization_id: str) -> Organization | None:
    """Return an organization by its id."""
    return _value(db.session.scalar(_fresh().where(OrganizationRow.id == organization_id)))


def find_by_slug(slug: str) -> Organization | None:
    """Return an organization by its slug."""
    return _value(db.session.scalar(_fresh().where(OrganizationRow.slug == slug)))


def lock(organization_id: str) -> Organization | None:
    """Return an organization as it is now, and keep others from changing it or its people meanwhile.

    Until this unit of work ends, that is. Whoever changes who belongs to it, or what they may do, begins
    here; whoever holds an account as well took that first, so that nobody waits for anybody in a circle. It
    is a write that changes nothing: SQLite knows no lock of rows, and lets one writer in at a time.
    """
    held = update(OrganizationRow).where(OrganizationRow.id == organization_id)
    held = held.values(created_at=OrganizationRow.created_at)
    row = db.session.scalar(held.returning(OrganizationRow).execution_options(populate_existing=True))
    return _value(row)


def lock_all(organization_ids: Collection[str]) -> list[Organization]:
    """Lock several as `lock` does one, in the order of their ids, in which everybody locks several.

    Those that are gone are left out.
    """
    chosen = OrganizationRow.id.in_(organization_ids)
    if dialect() == "sqlite":
        unchanged = update(OrganizationRow).where(chosen).values(created_at=OrganizationRow.created_at)
        db.session.execute(unchanged.execution_options(synchronize_session=False))
    # The lock that an UPDATE takes; each row is read as it is once it is locked.
    held = _fresh().where(chosen).order_by(OrganizationRow.id).with_for_update(key_share=True)
    return [known(row) for row in db.session.scalars(held)]


def close_to_newcomers(organization_ids: Collection[str]) -> None:
    """Keep others from adding anything that belongs to locked organizations, before they are deleted."""
    closed = select(OrganizationRow.id).where(OrganizationRow.id.in_(organization_ids))
    db.session.execute(closed.order_by(OrganizationRow.id).with_for_update())


def page(*, search: str = "", after: str = "", limit: int = 100) -> list[Organization]:
    """Return organizations in the order of their slugs, from behind one of them.

    `search` is a part of the name or of the slug, in any case.
    """
    rows = _fresh().where(OrganizationRow.slug > after).order_by(OrganizationRow.slug).limit(limit)
    if search:
        part = search.lower()
        within = (func.lower(OrganizationRow.name), OrganizationRow.slug)
        rows = rows.where(or_(*(each.contains(part, autoescape=True) for each in within)))
    return [known(row) for row in db.session.scalars(rows)]


def rename(organization_id: str, name: str) -> bool:
    """Write another name; return whether that changed anything."""
    other = update(OrganizationRow).where(OrganizationRow.id == organization_id, OrganizationRow.name != name)
    return db.session.scalar(other.values(name=name).returning(OrganizationRow.id)) is not None


def set_slug(organization_id: str, slug: str) -> bool:
    """Write another slug; return False when another organization has it."""
    changed = update(OrganizationRow).where(OrganizationRow.id == organization_id).values(slug=slug)
    try:
        with db.session.begin_nested():
            db.session.execute(changed.execution_options(synchronize_session=False))
    except IntegrityError:
        return False
    return True


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


def limit_to(organization_id: str, permissions: Collection[str] | None) -> None:
    """Write which permissions an organization may have at most; None: all."""
    listed = None if permissions is None else " ".join(sorted(permissions))
    changed = update(OrganizationRow).where(OrganizationRow.id == organization_id).values(limited_to=listed)
    db.session.execute(changed)


def remove(organization_ids: Collection[str]) -> None:
    """Delete organizations with their memberships and invitations; what else belongs to them must be gone."""
    gone = delete(OrganizationRow).where(OrganizationRow.id.in_(organization_ids))
    db.session.execute(gone.execution_options(synchronize_session=False))


def _fresh() -> Select[OrganizationRow]:
    # Another instance may have changed the row since this unit of work saw it.
    return select(OrganizationRow).execution_options(populate_existing=True)


def _value(row: OrganizationRow | None) -> Organization | None:
    return None if row is None else known(row)


def known(row: OrganizationRow) -> Organization:
    """Return the value of a row."""
    limited = None if row.limited_to is None else tuple(row.limited_to.split())
    return Organization(row.id, row.name, row.slug, row.created_at, row.disabled_at, limited)
