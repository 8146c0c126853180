"""What the life of organizations means for their clients, on one page."""

from authserver.clients import registration
from authserver.clients.store import api_clients
from authserver.organizations import signals
from authserver.organizations.signals import OrganizationEvent

BATCH = 100


def connect() -> None:
    """Listen to organizations."""
    signals.deleting.connect(_delete_clients)


def _delete_clients(event: OrganizationEvent) -> None:
    while clients := api_clients.page(event.organization.id, limit=BATCH):
        for client in clients:
            registration.delete(client.id, event.origin)
