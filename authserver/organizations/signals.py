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


@dataclass(frozen=True, slots=True)
class OrganizationsEvent:
    """Something happened to organizations, to all of them by one act."""

    organizations: tuple[Organization, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class MemberEvent:
    """Something happened to a person in an organization, by somebody's act."""

    organization: Organization
    account_id: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class DepartureEvent:
    """A person went out of organizations, of all of them by one act."""

    organizations: tuple[Organization, ...]
    account_id: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class PermissionEvent:
    """Something happened to a permission of the catalogue, by somebody's act."""

    permission: str
    origin: Origin


disabled: Signal[OrganizationEvent] = Signal()

limited: Signal[OrganizationEvent] = Signal()
"""The operator allows the organization less than before."""

ending: Signal[OrganizationsEvent] = Signal()
"""The organizations are about to be deleted, and all that belongs to them is still there: for whoever has to
know what that was. A listener removes nothing, so that none has to come before another."""

deleting: Signal[OrganizationsEvent] = Signal()
"""The organizations are about to be deleted; a listener may veto, and removes what belongs to them."""

member_left: Signal[DepartureEvent] = Signal()
"""The person belongs to the organizations no longer: left, was removed, or closed the account."""

rights_lost: Signal[MemberEvent] = Signal()
"""The member's role or permissions are less than before."""

permission_withdrawn: Signal[PermissionEvent] = Signal()
"""The permission is gone from the catalogue; a listener takes it from whoever was granted it."""
