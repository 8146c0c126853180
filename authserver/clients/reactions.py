"""What the life of organizations means for their clients, and what these may do there, on one page."""

from authserver.clients import registration
from authserver.clients.store import api_clients
from authserver.organizations import authority, signals
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import Rights
from authserver.organizations.signals import OrganizationsEvent, PermissionEvent


def connect() -> None:
    """Listen to organizations."""
    authority.know_machines(_granted)
    signals.deleting.connect(_delete_clients)
    signals.permission_withdrawn.connect(_withdraw)


def _delete_clients(event: OrganizationsEvent) -> None:
    registration.delete_of(event.organizations, event.origin)


def _withdraw(event: PermissionEvent) -> None:
    api_clients.withdraw(event.permission)


def _granted(organization: Organization, client_id: str) -> Rights | None:
    client = api_clients.find(client_id)
    if client is None or client.organization_id != organization.id or client.disabled_at is not None:
        return None
    return Rights("member", frozenset(client.permissions))
