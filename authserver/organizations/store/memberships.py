"""The queries and writes of memberships."""

from typing import cast

from sqlalchemy import delete, func, select

from authserver.extensions import db
from authserver.organizations.member import Membership, Role
from authserver.organizations.models import MembershipRow, OrganizationRow
from authserver.organizations.store import organizations


def add(membership: Membership) -> None:
    """Write a new membership."""
    db.session.add(
        MembershipRow(
            organization_id=membership.organization.id,
            account_id=membership.account_id,
            role=membership.role,
            joined_at=membership.joined_at,
        )
    )
    db.session.flush()


def of_account(account_id: str, *, lock: bool = False) -> list[Membership]:
    """Return the memberships of a person, oldest first.

    `lock` makes others who change people of the same organizations wait until this unit of work ends.
    """
    mine = select(MembershipRow.organization_id).where(MembershipRow.account_id == account_id)
    if lock:
        # One order for everybody, so that two who leave at once don't wait for each other.
        everyone = select(MembershipRow.account_id).where(MembershipRow.organization_id.in_(mine))
        ordered = everyone.order_by(MembershipRow.organization_id, MembershipRow.account_id)
        db.session.execute(ordered.with_for_update())
    rows = db.session.execute(
        select(MembershipRow, OrganizationRow)
        .join(OrganizationRow, OrganizationRow.id == MembershipRow.organization_id)
        .where(MembershipRow.account_id == account_id)
        .order_by(MembershipRow.joined_at, OrganizationRow.slug)
    )
    return [
        Membership(
            organizations.known(row[1]), row[0].account_id, cast("Role", row[0].role), row[0].joined_at
        )
        for row in rows
    ]


def count(organization_id: str, *, role: Role | None = None, but: str = "") -> int:
    """Return how many people belong to an organization, of one role or of all, one person left out."""
    people = select(func.count()).where(
        MembershipRow.organization_id == organization_id, MembershipRow.account_id != but
    )
    if role:
        people = people.where(MembershipRow.role == role)
    return db.session.scalars(people).one()


def remove(organization_id: str, account_id: str) -> None:
    """Take a person out of an organization."""
    gone = delete(MembershipRow).where(
        MembershipRow.organization_id == organization_id, MembershipRow.account_id == account_id
    )
    db.session.execute(gone)
