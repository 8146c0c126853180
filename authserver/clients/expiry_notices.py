"""Telling people in time that the secret of an API client expires."""

from authserver.clients.store import api_clients, secrets
from authserver.mail import outbox
from authserver.organizations.authority import who_hold
from authserver.organizations.permissions import API_CLIENTS
from authserver.organizations.store import organizations

LETTER = "secret_expires"
"""The kind of the letter."""

DAY = 86_400
LEADS = (14 * DAY, 3 * DAY)
"""Seconds before the end at which a letter goes out; one that was missed is not made up for by two."""

MOST_PEOPLE = 20
"""People of an organization who are told."""


def send(now: int, limit: int) -> int:
    """Let letters go out about some secrets that expire soon; return of how many, of one lead at most."""
    return max(_send(lead, now, limit) for lead in LEADS)


def _send(lead: int, now: int, limit: int) -> int:
    due = secrets.claim_notices(lead, now, limit)
    for secret_id in due:
        _tell(secret_id)
    return len(due)


def _tell(secret_id: str) -> None:
    found = secrets.find_of_client(secret_id)
    client = api_clients.find(found[0]) if found else None
    organization = organizations.find(client.organization_id) if client else None
    if client is None or client.disabled_at is not None or organization is None:
        return
    for account in who_hold(organization, API_CLIENTS, MOST_PEOPLE):
        outbox.enqueue(LETTER, secret_id, account.email, account.language)
