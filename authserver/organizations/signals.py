"""What others may care about in the life of an organization. Listeners run in the same transaction."""

from dataclasses import dataclass

from authserver.audit.event import Origin
from authserver.base.signals import Signal
from authserver.organizations.organization import Organization


@dataclass(frozen=True, slots=True)
class OrganizationEvent:
    """Something happened to an organization, by somebody's act."""

    organization: Organization
    origin: Origin


deleting: Signal[OrganizationEvent] = Signal()
"""The organization is about to be deleted; listeners remove what belongs to it."""
