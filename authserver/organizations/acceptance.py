"""Accepting an invitation: with an account, after signing in; without one, the link proves the address.

Organization, role and permissions come from the invitation alone, whatever the accepting request says.
"""

from dataclasses import dataclass
from typing import Literal

from flask_babel import gettext as _

from authserver.accounts import first_sign_in
from authserver.accounts.account import Account, Browser
from authserver.accounts.services import Services
from authserver.accounts.sign_in import Entry
from authserver.accounts.store import accounts
from authserver.audit.log import Origin, record
from authserver.base.errors import Conflict, Forbidden, NotFound
from authserver.base.handles import digest
from authserver.organizations.authority import Authority
from authserver.organizations.invitation import Invitation
from authserver.organizations.member import Membership
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import Rights
from authserver.organizations.store import invitations, memberships, organizations

Step = Literal["accept", "choose_password", "sign_in", "switch"]
"""What is left to do: `switch` is for whoever is signed in with another address."""


class WrongAddress(Forbidden):
    """The invitation is for somebody with another address."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation gives at this moment."""

    invitation: Invitation
    organization: Organization
    rights: Rights

    @property
    def inviter(self) -> Authority:
        """Who answers for it."""
        return Authority.parse(self.invitation.inviter)


def look(services: Services, token: str) -> Offer | None:
    """Return what the link of an invitation offers, None when it does not count (any more).

    A look consumes nothing: scanners of mail open links too.
    """
    found = invitations.find_by_digest(digest(token), services.now())
    organization = organizations.find(found.organization_id) if found else None
    rights = _still_given(found, organization) if found and organization else None
    return Offer(found, organization, rights) if found and organization and rights else None


def next_step(offer: Offer, person: Account | None) -> Step:
    """Return what somebody who opened the link has to do: a person who is signed in, or (None) a stranger.

    Whether the address has an account is told to nobody but the bearer of the link, who reads its letters.
    """
    if person:
        return "accept" if _is_for(offer.invitation, person) else "switch"
    return "choose_password" if first_sign_in.newcomer(offer.invitation.email, "") else "sign_in"


def newcomer(services: Services, token: str, language: str) -> Account | None:
    """Return the account for which the bearer of a link has to choose the first password.

    None: the link does not count, or its address has an account to sign in to. An account that does not exist
    yet is returned as it would begin.
    """
    offer = look(services, token)
    return first_sign_in.newcomer(offer.invitation.email, language) if offer else None


def accept(services: Services, account_id: str, token: str, origin: Origin) -> Membership:
    """Let a signed-in person follow an invitation to their proven address; return their membership.

    Whoever is a member already stays what they are, and the invitation is used up. Raises NotFound for a link
    that does not count, and WrongAddress, which leaves the invitation as it is.
    """
    found = invitations.find_by_digest(digest(token), services.now())
    present = accounts.lock(account_id)
    if found is None or present is None or present.account.disabled:
        raise _gone()
    if not _is_for(found, present.account):
        record(
            origin, "invitation.refused", target=found.email, organization=found.organization_id,
            result="refused", invitation=found.id,
        )  # fmt: skip
        raise WrongAddress(_("This invitation is for another address."))
    return _join(services, present.account, found, token, origin)


def accept_as_newcomer(
    services: Services, token: str, password_hash: str, language: str, browser: Browser, origin: Origin
) -> tuple[Entry, Membership]:
    """Begin the account of an invited address with its first password, and let it follow the invitation.

    Only who reads the letters of the address has the link, so it proves the address. Raises NotFound for a
    link that does not count, Conflict when the owner of the address has to sign in instead.
    """
    offer = look(services, token)
    if offer is None:
        raise _gone()
    account = first_sign_in.begin(offer.invitation.email, language, origin)
    if account is None:
        raise Conflict(_("This address has an account. Sign in, and accept the invitation then."))
    who = Origin(f"account:{account.id}", origin.source, origin.request_id)
    membership = _join(services, account, offer.invitation, token, who)
    return first_sign_in.choose_by_link(services, account, password_hash, browser, who), membership


def _is_for(invitation: Invitation, account: Account) -> bool:
    return account.proven and account.email == invitation.email


def _join(services: Services, account: Account, found: Invitation, token: str, origin: Origin) -> Membership:
    """Use an invitation, once, for a locked account whose address it is. Raises NotFound."""
    organization = organizations.lock(found.organization_id)
    invitation = invitations.find(found.id)
    rights = _still_given(invitation, organization, hold=True) if invitation and organization else None
    if organization is None or invitation is None or rights is None:
        raise _gone()
    if not invitations.claim(invitation.id, digest(token), services.now()):
        raise _gone()
    record(
        origin, "invitation.accepted", target=invitation.email, organization=organization.id,
        invitation=invitation.id,
    )  # fmt: skip
    present = memberships.find(organization.id, account.id)
    if present:
        return present
    permissions = frozenset() if rights.administrator else rights.permissions
    membership = Membership(organization, account.id, rights.role, services.now(), permissions)
    memberships.add(membership)
    record(
        origin, "member.joined", target=account.id, organization=organization.id,
        role=rights.role, permissions=" ".join(sorted(permissions)), inviter=invitation.inviter,
    )  # fmt: skip
    return membership


def _still_given(invitation: Invitation, organization: Organization, *, hold: bool = False) -> Rights | None:
    """Return what an invitation gives now, None when it is void: by its inviter, or by its organization."""
    if organization.disabled:
        return None
    inviter = Authority.parse(invitation.inviter)
    return inviter.gives(invitation.wanted, inviter.rights(organization, hold=hold))


def _gone() -> NotFound:
    return NotFound(_("This invitation does not count any more. Ask for another one."))
