"""An invitation of an email address into an organization."""

from dataclasses import dataclass

from authserver.organizations.permissions import Rights


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is invited, as what, and by whom. It gives nothing more than its inviter holds when it is accepted.

    The secret of its link is made when its letter is written, and is not here. Times are Unix seconds.
    """

    id: str
    organization_id: str
    email: str
    wanted: Rights
    inviter: str
    """The authority that answers for it, as text."""
    letter_id: str
    created_at: int
    expires_at: int
    used_at: int | None = None
    written: bool = False
    """Whether a letter with its link was written."""

    def open(self, now: int) -> bool:
        """Return whether it waits for its answer at a time."""
        return self.used_at is None and self.expires_at > now
