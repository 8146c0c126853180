"""The queries and writes of memberships."""

from collections.abc import Collection
from typing import cast

from sqlalchemy import Row, Select, delete, exists, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from authserver.accounts.account import Account
from authserver.accounts.models import AccountRow, ProfileRow
from authserver.accounts.store import accounts
from authserver.extensions import db, dialect
from authserver.organizations.member import Membership
from authserver.organizations.models import MembershipRow, OrganizationRow
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import Rights, Role
from authserver.organizations.store import organizations


def add(membership: Membership) -> bool:
    """Write a new membership; return False when the person belongs to the organization already."""
    insert = sqlite.insert if dialect() == "sqlite" else postgresql.insert
    statement = insert(MembershipRow).values(
        organization_id=membership.organization.id,
        account_id=membership.account_id,
        role=membership.role,
        joined_at=membership.joined_at,
        permissions=written(membership.permissions),
    )
    added = statement.on_conflict_do_nothing().returning(MembershipRow.account_id)
    return db.session.scalar(added) is not None


def find(organization_id: str, account_id: str) -> Membership | None:
    """Return a person's place in an organization."""
    rows = _memberships().where(
        MembershipRow.organization_id == organization_id, MembershipRow.account_id == account_id
    )
    row = db.session.execute(rows).first()
    return None if row is None else _known(row)


def find_by_email(organization_id: str, email: str) -> Membership | None:
    """Return the place in an organization of whoever has a canonical address."""
    rows = _memberships().join(AccountRow, AccountRow.id == MembershipRow.account_id)
    rows = rows.where(MembershipRow.organization_id == organization_id, AccountRow.email == email)
    row = db.session.execute(rows).first()
    return None if row is None else _known(row)


def of_account(account_id: str) -> list[Membership]:
    """Return the memberships of a person, oldest first."""
    rows = _memberships().where(MembershipRow.account_id == account_id)
    rows = rows.order_by(MembershipRow.joined_at, OrganizationRow.slug)
    return [_known(row) for row in db.session.execute(rows)]


def page(
    organization_id: str, *, search: str = "", after: str = "", limit: int = 50
) -> list[tuple[Membership, Account, str]]:
    """Return members of an organization with their accounts and names, by address, from behind one.

    `search` is a part of the address or of the name, in any case.
    """
    name = func.coalesce(ProfileRow.name, "")
    found = _memberships().add_columns(AccountRow, name.label("name"))
    found = found.join(AccountRow, AccountRow.id == MembershipRow.account_id)
    found = found.outerjoin(ProfileRow, ProfileRow.account_id == MembershipRow.account_id)
    found = found.where(MembershipRow.organization_id == organization_id, AccountRow.email > after)
    if search:
        part = search.lower()
        within = (func.lower(each).contains(part, autoescape=True) for each in (AccountRow.email, name))
        found = found.where(or_(*within))
    # Not in the order of the index of addresses: PostgreSQL would look through the accounts of the whole
    # server for members of this organization, and on the last page through all that are left.
    rows = db.session.execute(found.order_by(AccountRow.email + "").limit(limit))
    # A row begins like that of a membership alone.
    return [(_known(row), accounts.known(row[-2]), row[-1]) for row in rows]


def among(organization_id: str, account_ids: Collection[str]) -> set[str]:
    """Return which of some accounts belong to an organization."""
    here = select(MembershipRow.account_id).where(MembershipRow.organization_id == organization_id)
    return set(db.session.scalars(here.where(MembershipRow.account_id.in_(account_ids))))


def count(organization_id: str) -> int:
    """Return how many people belong to an organization."""
    people = select(func.count()).where(MembershipRow.organization_id == organization_id)
    return db.session.scalars(people).one()


def alone(account_id: str) -> list[Organization]:
    """Return the organizations to which a person belongs and nobody else, in the order of joining."""
    other = aliased(MembershipRow)
    others = exists().where(
        other.organization_id == MembershipRow.organization_id, other.account_id != account_id
    )
    rows = _memberships().where(MembershipRow.account_id == account_id, ~others)
    rows = rows.order_by(MembershipRow.joined_at, OrganizationRow.slug)
    return [_known(row).organization for row in db.session.execute(rows)]


def with_administrator(organization_ids: Collection[str], *, but: str = "") -> set[str]:
    """Return which organizations have an Administrator who may sign in, one person left out."""
    one = exists().where(
        MembershipRow.organization_id == OrganizationRow.id,
        MembershipRow.role == "administrator",
        MembershipRow.account_id != but,
        AccountRow.id == MembershipRow.account_id,
        AccountRow.disabled_at.is_(None),
    )
    found = select(OrganizationRow.id).where(OrganizationRow.id.in_(organization_ids), one)
    return set(db.session.scalars(found))


def holders(organization_id: str, permission: str, limit: int) -> list[str]:
    """Return the ids of people who may sign in and were granted a permission, by role or by name."""
    padded = literal(" ") + MembershipRow.permissions + literal(" ")
    granted = or_(MembershipRow.role == "administrator", padded.contains(f" {permission} ", autoescape=True))
    people = (
        select(MembershipRow.account_id)
        .join(AccountRow, AccountRow.id == MembershipRow.account_id)
        .where(MembershipRow.organization_id == organization_id, granted, AccountRow.disabled_at.is_(None))
        .order_by(MembershipRow.role, MembershipRow.joined_at, MembershipRow.account_id)
    )
    return list(db.session.scalars(people.limit(limit)))


def grant(organization_id: str, account_id: str, rights: Rights) -> None:
    """Write another role and other permissions of a member."""
    changed = update(MembershipRow).where(
        MembershipRow.organization_id == organization_id, MembershipRow.account_id == account_id
    )
    values = {"role": rights.role, "permissions": written(rights.permissions)}
    db.session.execute(changed.values(values).execution_options(synchronize_session=False))


def remove(organization_ids: Collection[str], account_id: str) -> None:
    """Take a person out of organizations."""
    gone = delete(MembershipRow).where(
        MembershipRow.organization_id.in_(organization_ids), MembershipRow.account_id == account_id
    )
    db.session.execute(gone.execution_options(synchronize_session=False))


def written(permissions: Collection[str]) -> str:
    """Return permissions as they stand in a row: by name, separated by spaces."""
    return " ".join(sorted(permissions))


def used(organization_id: str, account_id: str, at: int) -> None:
    """Note that a person chose an organization."""
    chosen = update(MembershipRow).where(
        MembershipRow.organization_id == organization_id,
        MembershipRow.account_id == account_id,
        MembershipRow.last_used_at < at,
    )
    db.session.execute(chosen.values(last_used_at=at).execution_options(synchronize_session=False))


def _memberships() -> Select[OrganizationRow, str, str, int, str, int]:
    # Columns, not objects: another instance may have changed a row since this unit of work saw it.
    row = MembershipRow
    found = select(
        OrganizationRow, row.account_id, row.role, row.joined_at, row.permissions, row.last_used_at
    )
    found = found.join(OrganizationRow, OrganizationRow.id == row.organization_id)
    return found.execution_options(populate_existing=True)


def _known(row: Row[OrganizationRow, str, str, int, str, int]) -> Membership:
    return Membership(
        organizations.known(row[0]),
        row.account_id,
        cast("Role", row.role),
        row.joined_at,
        frozenset(row.permissions.split()),
        row.last_used_at,
    )
