"""A person's place in an organization."""

from dataclasses import dataclass
from typing import Literal

from authserver.organizations.organization import Organization

Role = Literal["administrator", "member"]


@dataclass(frozen=True, slots=True)
class Membership:
    """One person in one organization."""

    organization: Organization
    account_id: str
    role: Role
    joined_at: int
