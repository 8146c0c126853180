"""What stands in the letter of an invitation. Its link is made here, at each attempt to send it."""

from authserver.accounts.letters import Composer
from authserver.accounts.store import accounts, profiles
from authserver.base.clock import Clock
from authserver.base.handles import digest, new_handle
from authserver.config import Settings
from authserver.mail.letter import Envelope, Letter
from authserver.mail.rendering import address, rendered
from authserver.organizations.authority import Authority
from authserver.organizations.invitations import LETTER
from authserver.organizations.store import invitations, organizations

DAY = 86_400


class Letters:
    """Composes by kind. Each function returns None when nobody is to be written to any more."""

    def __init__(self, settings: Settings, now: Clock) -> None:
        """Take what links and lifetimes come from."""
        self._settings = settings
        self._now = now
        self.kinds: dict[str, Composer] = {LETTER: self._invitation}

    def _invitation(self, envelope: Envelope) -> Letter | None:
        invitation = invitations.find(envelope.subject_id)
        organization = organizations.find(invitation.organization_id) if invitation else None
        if invitation is None or organization is None or organization.disabled:
            return None
        inviter = Authority.parse(invitation.inviter)
        if inviter.gives(invitation.wanted, inviter.rights(organization)) is None:
            return None
        token, at = new_handle(), self._now()
        lifetime = self._settings.invitation_lifetime
        # Holds the row: whoever takes the invitation back waits, and voids the new link. A letter that was
        # asked for once more meanwhile is written for the newer envelope alone.
        if not invitations.write_link(invitation.id, envelope.id, digest(token), at, at + lifetime):
            return None
        return rendered(
            self._settings,
            LETTER,
            envelope,
            organization=organization.name,
            inviter=inviter_name(inviter),
            role=invitation.wanted.role,
            link=address(self._settings, f"/invitations/{token}"),
            days=lifetime // DAY,
        )


def inviter_name(inviter: Authority) -> str:
    """Return who invites, for whoever is invited: name and address; empty for operators and for software."""
    account = accounts.find(inviter.id) if inviter.kind == "member" else None
    if account is None:
        return ""
    # The address stands there in any case: it was proven, a name is whatever somebody likes.
    name = " ".join(profiles.find(account.id).name.split())
    return f"{name} ({account.email})" if name else account.email
