"""People in organizations: what happens when they go."""

from flask_babel import gettext as _

from authserver.accounts.account import Account
from authserver.audit.log import Origin, record
from authserver.base.errors import Refused
from authserver.organizations import directory, signals
from authserver.organizations.organization import Organization
from authserver.organizations.signals import MemberEvent
from authserver.organizations.store import memberships, organizations


def ends_with(account_id: str) -> list[Organization]:
    """Return the organizations that nobody else belongs to: they end when the account is closed."""
    return [
        membership.organization
        for membership in memberships.of_account(account_id)
        if memberships.count(membership.organization.id) == 1
    ]


def leave_all(account: Account, origin: Origin) -> None:
    """Take a person, whose account is locked, out of all organizations; those without others are deleted.

    Raises Refused when others would be left without an Administrator.
    """
    # One order for everybody, so that two who leave at once don't wait for each other.
    for organization_id in sorted(mine.organization.id for mine in memberships.of_account(account.id)):
        organization = organizations.lock(organization_id)
        if organization is None:
            continue
        if memberships.count(organization.id) == 1:
            directory.delete(organization, origin)
        else:
            _go(organization, account.id, origin, "member.left")


def _go(organization: Organization, account_id: str, origin: Origin, action: str) -> None:
    """Take somebody out of a locked organization. Raises Refused for its last Administrator."""
    if not memberships.has_administrator(organization.id, but=account_id):
        raise Refused(
            _(
                "%(name)s would have no Administrator. Make another member Administrator first.",
                name=organization.name,
            )
        )
    if memberships.remove(organization.id, account_id):
        record(origin, action, target=account_id, organization=organization.id)
        signals.member_left.send(MemberEvent(organization, account_id, origin))
