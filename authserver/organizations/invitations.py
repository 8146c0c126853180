"""Inviting people into an organization: asking for the letter, sending it again, taking it back.

Accepting stands next door, in `acceptance`; nothing here asks whether an address has an account.
"""

from dataclasses import dataclass, replace
from typing import Literal

from flask_babel import gettext as _

from authserver.accounts.address import canonical
from authserver.accounts.services import Services
from authserver.audit.log import Origin, record
from authserver.base.errors import Conflict, Forbidden, NotFound, Refused
from authserver.base.handles import new_id
from authserver.mail import outbox
from authserver.mail import store as letters
from authserver.mail.letter import State
from authserver.organizations.authority import Authority, hold, look, require_grant
from authserver.organizations.invitation import Invitation
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import MEMBERS, Rights, may_touch
from authserver.organizations.store import invitations, memberships

LETTER = "invitation"
"""The kind of the letter."""

LetterState = Literal["waiting", "sent", "failed"]


class TooManyLetters(Refused):
    """There were too many letters of late; `retry_after` says in how many seconds to come back."""

    def __init__(self, retry_after: int) -> None:
        """Take the seconds."""
        super().__init__(_("Too many letters were asked for. Try again later."))
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Pending:
    """An invitation that nobody accepted yet, as its organization sees it."""

    invitation: Invitation
    letter: LetterState
    """Whether the mail server took the letter; the same for every address, with an account or without."""
    expired: bool


def invite(
    services: Services,
    by: Authority,
    organization_id: str,
    email: str,
    wanted: Rights,
    language: str,
    origin: Origin,
) -> Invitation:
    """Invite an address with a role and permissions; the letter goes out soon.

    Raises NotFound, Forbidden, Refused, TooManyLetters, and Conflict for a member or an address that is
    invited already.
    """
    address = canonical(email)
    wanted = Rights("administrator") if wanted.administrator else wanted
    at, invitation_id = services.now(), new_id()
    # Before the letter is counted: refused invitations must not use up the letters of somebody's address.
    _require_possible(*look(by, organization_id, MEMBERS), address, wanted, at)
    _count(services, by, organization_id, address, origin)
    organization, actor = hold(by, organization_id, MEMBERS)
    _require_possible(organization, actor, address, wanted, at)
    invitations.make_room(organization.id, address, at)
    made = Invitation(
        id=invitation_id,
        organization_id=organization.id,
        email=address,
        wanted=wanted,
        inviter=str(by),
        letter_id=outbox.enqueue(LETTER, invitation_id, address, language),
        created_at=at,
        expires_at=at + services.settings.invitation_lifetime,
    )
    invitations.add(made)
    _tell(made, "invitation.created", origin)
    return made


def resend(
    services: Services,
    by: Authority,
    organization_id: str,
    invitation_id: str,
    language: str,
    origin: Origin,
) -> Invitation:
    """Let the letter of an invitation go out once more; from here on the actor answers for it.

    The link of the letter before is void at once. Raises NotFound, Forbidden, TooManyLetters.
    """
    _organization, actor = look(by, organization_id, MEMBERS)
    present = _waiting(organization_id, invitation_id)
    require_grant(actor, present.wanted)
    _count(services, by, organization_id, present.email, origin)
    organization, actor = hold(by, organization_id, MEMBERS)
    present = _waiting(organization.id, invitation_id)
    require_grant(actor, present.wanted)
    renewed = replace(
        present,
        inviter=str(by),
        letter_id=outbox.enqueue(LETTER, present.id, present.email, language),
        expires_at=services.now() + services.settings.invitation_lifetime,
        written=False,
    )
    invitations.renew(renewed)
    _tell(renewed, "invitation.resent", origin)
    return renewed


def revoke(by: Authority, organization_id: str, invitation_id: str, origin: Origin) -> None:
    """Take an invitation back; its link is void at once. Raises NotFound, Forbidden."""
    organization, actor = hold(by, organization_id, MEMBERS)
    present = _waiting(organization.id, invitation_id)
    if not may_touch(actor, present.wanted):
        raise Forbidden(_("Only an Administrator can take back the invitation of an Administrator."))
    invitations.remove(present.id)
    _tell(present, "invitation.revoked", origin)


def pending(
    services: Services,
    by: Authority,
    organization_id: str,
    *,
    search: str = "",
    after: str = "",
    limit: int = 50,
) -> list[Pending]:
    """Return invitations that nobody accepted yet, by address, from behind one.

    `search` is a part of the address.

    Raises NotFound, Forbidden.
    """
    organization, _rights = look(by, organization_id, MEMBERS)
    found = invitations.page(organization.id, search=search, after=after, limit=limit)
    states = letters.states([invitation.letter_id for invitation in found])
    return [
        Pending(
            invitation,
            _letter_state(invitation, states.get(invitation.letter_id)),
            not invitation.open(services.now()),
        )
        for invitation in found
    ]


def _letter_state(invitation: Invitation, state: State | None) -> LetterState:
    if state is None:
        # The ledger forgot it after a month, or let it fall because there was nothing to write any more.
        return "sent" if invitation.written else "failed"
    return "waiting" if state == "sending" else state


def _waiting(organization_id: str, invitation_id: str) -> Invitation:
    """Return an invitation of this organization that nobody accepted yet. Raises NotFound."""
    found = invitations.find(invitation_id)
    if found is None or found.organization_id != organization_id or found.used_at is not None:
        raise NotFound(f"There is no invitation {invitation_id}.")
    return found


def _require_possible(
    organization: Organization, actor: Rights, address: str, wanted: Rights, at: int
) -> None:
    """Refuse what can't be granted, and whoever needs no invitation. Raises Refused, Forbidden, Conflict."""
    require_grant(actor, wanted)
    if memberships.find_by_email(organization.id, address):
        raise Conflict(_("%(email)s is a member already.", email=address))
    if invitations.waits(organization.id, address, at):
        raise Conflict(_("%(email)s is invited already. Send that invitation again.", email=address))


def _count(services: Services, by: Authority, organization_id: str, address: str, origin: Origin) -> None:
    """Count a letter, before anything is locked. Raises TooManyLetters; an operator's are not counted."""
    if by.kind == "operator":
        return
    verdict = services.mail_limits.ask(address, origin.source)
    if verdict.first:
        # One event per window, not per wish: a flood must not fill the trail.
        record(origin, "invitation.limited", target=address, organization=organization_id, result="refused")
    if verdict.retry_after is not None:
        raise TooManyLetters(verdict.retry_after)


def _tell(invitation: Invitation, action: str, origin: Origin) -> None:
    record(
        origin,
        action,
        target=invitation.email,
        organization=invitation.organization_id,
        invitation=invitation.id,
        role=invitation.wanted.role,
        permissions=" ".join(sorted(invitation.wanted.permissions)),
    )
