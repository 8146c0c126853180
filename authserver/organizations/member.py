"""A person's place in an organization."""

from dataclasses import dataclass

from authserver.organizations.organization import Organization
from authserver.organizations.permissions import Rights, Role
from authserver.organizations.versions import version_of


@dataclass(frozen=True, slots=True)
class Membership:
    """One person in one organization.

    The permissions are those that were granted; what is held depends on the catalogue and on what the
    operator allows as well. An Administrator is granted none by name, and holds all.
    """

    organization: Organization
    account_id: str
    role: Role
    joined_at: int
    permissions: frozenset[str] = frozenset()
    last_used_at: int = 0
    """When the person chose this organization; 0: never (Unix seconds)."""

    @property
    def granted(self) -> Rights:
        """What was granted to this person here."""
        return Rights(self.role, self.permissions)

    @property
    def version(self) -> str:
        """Which version of these rights this is."""
        return version_of(self.role, *sorted(self.permissions))
