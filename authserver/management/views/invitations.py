"""Invitations: reading, inviting, sending again, taking back."""

from authserver.accounts.services import services
from authserver.management.call import Call
from authserver.management.messages.members import InvitationAnswer, InvitationPage, Invite
from authserver.management.messages.paging import PageQuery
from authserver.management.paging import page
from authserver.management.route import Reply, Route, Routes
from authserver.management.views.organizations import ONE
from authserver.organizations import invitations
from authserver.organizations.invitations import Pending
from authserver.organizations.permissions import MEMBERS, Rights

TAG = "Invitations"
ALL = f"{ONE}/invitations"
INVITATION = f"{ALL}/<uuid:invitation_id>"


def list_invitations(call: Call) -> Reply:
    """List invitations that nobody accepted yet, by address."""

    def read(after: str, limit: int) -> list[Pending]:
        return invitations.pending(services(), call.by, call.organization_id, after=after, limit=limit)

    shown, following = page(call, read, lambda each: each.invitation.email)
    return Reply(InvitationPage(items=[InvitationAnswer.of(each) for each in shown], next=following))


def create_invitation(call: Call) -> Reply:
    """Invite somebody, with an account or without; the letter goes out soon."""
    wish = call.wish(Invite)
    made = invitations.invite(
        services(),
        call.by,
        call.organization_id,
        wish.email,
        Rights(wish.role, frozenset(wish.permissions)),
        wish.language or call.caller.language,
        call.origin,
    )
    return Reply(InvitationAnswer.new(made))


def resend_invitation(call: Call) -> Reply:
    """Send the letter again; the link of the one before is void at once."""
    renewed = invitations.resend(
        services(),
        call.by,
        call.organization_id,
        call.ids["invitation_id"],
        call.caller.language,
        call.origin,
    )
    return Reply(InvitationAnswer.new(renewed))


def revoke_invitation(call: Call) -> Reply:
    """Take an invitation back; its link is void at once."""
    invitations.revoke(call.by, call.organization_id, call.ids["invitation_id"], call.origin)
    return Reply()


ROUTES: Routes = (
    Route("GET", ALL, MEMBERS, list_invitations, TAG, InvitationPage, query=PageQuery),
    Route(
        "POST", ALL, MEMBERS, create_invitation, TAG, InvitationAnswer, Invite,
        status=201, refusals=(429,), creates=True,
    ),
    Route(
        "POST", f"{INVITATION}/resend", MEMBERS, resend_invitation, TAG, InvitationAnswer,
        refusals=(422, 429),
    ),
    Route("DELETE", INVITATION, MEMBERS, revoke_invitation, TAG, status=204),
)  # fmt: skip
