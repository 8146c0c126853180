"""People in organizations: who belongs, in which role, and what happens when they come and go."""

from flask_babel import gettext as _

from authserver.accounts.account import Account
from authserver.audit.log import Origin, record
from authserver.base.clock import now
from authserver.base.errors import Refused
from authserver.base.handles import new_id
from authserver.organizations import signals
from authserver.organizations.member import Membership
from authserver.organizations.organization import LONGEST_NAME, Organization, slug_from
from authserver.organizations.signals import OrganizationEvent
from authserver.organizations.store import memberships, organizations


def found_for(account: Account, origin: Origin) -> Organization:
    """Make an empty organization for a person who signed in for the first time, as its Administrator."""
    person = account.email.partition("@")[0]
    organization_id = new_id()
    # The id makes the slug one that nobody else can have at the same moment.
    slug = f"{slug_from(person)[:40].strip('-')}-{organization_id[:8]}"
    name = str(_("%(name)s's organization", name=person[: LONGEST_NAME - 30]))
    organization = Organization(organization_id, name, slug, now())
    organizations.add(organization)
    memberships.add(Membership(organization, account.id, "administrator", now()))
    record(origin, "organization.created", target=organization.id, organization=organization.id)
    return organization


def ends_with(account_id: str) -> list[Organization]:
    """Return the organizations that nobody else belongs to: they end when the account is closed."""
    return [
        membership.organization
        for membership in memberships.of_account(account_id)
        if memberships.count(membership.organization.id) == 1
    ]


def leave_all(account: Account, origin: Origin) -> None:
    """Take a person out of all organizations; those without anybody else are deleted.

    Raises Refused when others would be left without an Administrator.
    """
    for membership in memberships.of_account(account.id, lock=True):
        organization = membership.organization
        if memberships.count(organization.id) == 1:
            delete(organization, origin)
            continue
        others = memberships.count(organization.id, role="administrator", but=account.id)
        if membership.role == "administrator" and not others:
            raise Refused(
                _(
                    "%(name)s would have no Administrator. Make another member Administrator first.",
                    name=organization.name,
                )
            )
        memberships.remove(organization.id, account.id)
        record(origin, "member.left", target=account.id, organization=organization.id)


def delete(organization: Organization, origin: Origin) -> None:
    """Delete an organization with all that belongs to it."""
    signals.deleting.send(OrganizationEvent(organization, origin))
    organizations.remove(organization.id)
    record(origin, "organization.deleted", target=organization.id, organization=organization.id)
