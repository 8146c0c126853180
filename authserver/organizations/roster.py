"""Who belongs to an organization, as those see it who may manage its members."""

from dataclasses import dataclass

from authserver.accounts.account import Account
from authserver.accounts.store import accounts, profiles
from authserver.base.errors import NotFound
from authserver.organizations import catalogue
from authserver.organizations.authority import Authority, look
from authserver.organizations.member import Membership
from authserver.organizations.permissions import MEMBERS, Rights, held
from authserver.organizations.store import memberships


@dataclass(frozen=True, slots=True)
class Listed:
    """One member: what was granted stands in the membership."""

    membership: Membership
    account: Account
    name: str
    """As the person gave it; empty when they gave none."""
    rights: Rights
    """What is held now; nothing by an account that is disabled."""


def page(
    by: Authority, organization_id: str, *, search: str = "", after: str = "", limit: int = 50
) -> list[Listed]:
    """Return members by address, from behind one; `search` is a part of the address or of the name.

    Raises NotFound, Forbidden.
    """
    organization, _rights = look(by, organization_id, MEMBERS)
    known = catalogue.names()
    return [
        Listed(membership, account, name, _held(membership, account, known))
        for membership, account, name in memberships.page(
            organization.id, search=search, after=after, limit=limit
        )
    ]


def get(by: Authority, organization_id: str, account_id: str) -> Membership:
    """Return one member's place. Raises NotFound, Forbidden."""
    organization, _rights = look(by, organization_id, MEMBERS)
    found = memberships.find(organization.id, account_id)
    if found is None:
        raise NotFound(f"There is no member {account_id}.")
    return found


def find(by: Authority, organization_id: str, account_id: str) -> Listed:
    """Return one member with all that the list tells of them. Raises NotFound, Forbidden."""
    membership = get(by, organization_id, account_id)
    account = accounts.find(account_id)
    if account is None:
        raise NotFound(f"There is no member {account_id}.")
    held_now = _held(membership, account, catalogue.names())
    return Listed(membership, account, profiles.find(account_id).name, held_now)


def _held(membership: Membership, account: Account, known: frozenset[str]) -> Rights:
    if account.disabled or membership.organization.disabled:
        return Rights(membership.role)
    return held(membership.granted, known, membership.organization.limited_to)
