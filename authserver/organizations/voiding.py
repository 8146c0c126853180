"""Invitations that nobody answers for any more, because their inviter went or lost the right to give them.

Should the right come back, these invitations don't. Whoever accepts one asks for all of this again: nothing
here is what keeps a void invitation from being accepted.
"""

from collections.abc import Collection

from authserver.audit.log import SYSTEM, Origin, Target, record_all
from authserver.organizations import authority
from authserver.organizations.authority import Authority
from authserver.organizations.invitation import Invitation
from authserver.organizations.organization import Organization
from authserver.organizations.store import invitations, memberships, organizations


def void_lost(organization: Organization, inviter: Authority, origin: Origin) -> None:
    """Delete the invitations of somebody in a locked organization that gave more than may be given now."""
    rights = inviter.rights(organization)
    answered_for = invitations.of_inviter([organization.id], str(inviter))
    _void([each for each in answered_for if inviter.gives(each.wanted, rights) is None], origin)


def void_of_departed(account_id: str, organization_ids: Collection[str], origin: Origin) -> None:
    """Delete all invitations of somebody who belongs to some locked organizations no longer."""
    _void(invitations.of_inviter(organization_ids, str(authority.member(account_id))), origin)


def void_lost_by_all(organization: Organization, origin: Origin) -> None:
    """Delete what anybody gave more than they may give now, in a locked organization."""
    for inviter in invitations.inviters(organization.id):
        void_lost(organization, Authority.parse(inviter), origin)


def void_all(organization: Organization, origin: Origin) -> None:
    """Delete all invitations of a locked organization that nobody accepted yet, whoever answers for them."""
    for inviter in invitations.inviters(organization.id):
        _void(invitations.of_inviter([organization.id], inviter), origin)


def by_the_server(origin: Origin) -> Origin:
    """Return the origin of what follows from an operator's act: who that was, organizations need not know."""
    return Origin(SYSTEM.actor, request_id=origin.request_id)


def void_of_person(account_id: str, origin: Origin) -> None:
    """Delete what a person, who lost rights everywhere, gave more than they may give now.

    That is as a member where they belong to, and as an operator anywhere.
    """
    operator = Authority("operator", account_id)
    places = {mine.organization.id for mine in memberships.of_account(account_id)}
    # In the order in which everybody locks several.
    for organization_id in sorted(places | set(invitations.places_of(str(operator)))):
        organization = organizations.lock(organization_id)
        if organization:
            void_lost(organization, authority.member(account_id), origin)
            void_lost(organization, operator, origin)


def _void(lost: list[Invitation], origin: Origin) -> None:
    gone = invitations.remove_all([each.id for each in lost])
    voided = (
        Target(each.email, each.organization_id, {"invitation": each.id}) for each in lost if each.id in gone
    )
    record_all(origin, "invitation.voided", voided)
