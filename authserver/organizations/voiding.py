"""Invitations that nobody answers for any more, because their inviter went or lost the right to give them."""

from authserver.audit.log import Origin, record_all
from authserver.organizations.authority import Authority
from authserver.organizations.organization import Organization
from authserver.organizations.store import invitations


def void_lost(organization: Organization, inviter: Authority, origin: Origin) -> None:
    """Delete the invitations of somebody in a locked organization that gave more than may be given now.

    Should the rights come back, these invitations don't. Whoever accepts one asks for all of this again:
    rights go by other ways too.
    """
    rights = inviter.rights(organization)
    answered_for = invitations.of_inviter(organization.id, str(inviter))
    lost = [each.id for each in answered_for if inviter.gives(each.wanted, rights) is None]
    gone = invitations.remove_all(lost)
    voided = {each.email: {"invitation": each.id} for each in answered_for if each.id in gone}
    record_all(origin, "invitation.voided", voided, organization.id)
