"""Invitations that nobody answers for any more, because their inviter went or lost the right to give them."""

from authserver.audit.log import Origin, record
from authserver.organizations.authority import Authority
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import still_given
from authserver.organizations.store import invitations


def void_lost(organization: Organization, inviter: Authority, origin: Origin) -> None:
    """Delete the invitations of somebody in a locked organization that gave more than may be given now.

    Should the rights come back, these invitations don't. Whoever accepts one asks for all of this again:
    rights go by other ways too.
    """
    rights = inviter.rights(organization)
    for invitation in invitations.of_inviter(organization.id, str(inviter)):
        if still_given(invitation.wanted, rights) is None and invitations.remove(invitation.id):
            record(
                origin,
                "invitation.voided",
                target=invitation.email,
                organization=organization.id,
                invitation=invitation.id,
            )
