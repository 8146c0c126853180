"""What stands in letters about API clients."""

from datetime import UTC, datetime

from authserver.accounts.letters import Composer
from authserver.accounts.store import accounts
from authserver.base.clock import Clock
from authserver.clients.expiry_notices import LETTER
from authserver.clients.store import api_clients, secrets
from authserver.config import Settings
from authserver.mail.letter import Envelope, Letter
from authserver.mail.rendering import address, rendered
from authserver.organizations.authority import member
from authserver.organizations.permissions import API_CLIENTS
from authserver.organizations.store import organizations

DAY = 86_400


class Letters:
    """Composes by kind. Each function returns None when nobody is to be written to any more."""

    def __init__(self, settings: Settings, now: Clock) -> None:
        """Take what links and times come from."""
        self._settings = settings
        self._now = now
        self.kinds: dict[str, Composer] = {LETTER: self._secret_expires}

    def _secret_expires(self, envelope: Envelope) -> Letter | None:
        owner, secret = secrets.find_of_client(envelope.subject_id) or ("", None)
        client = api_clients.find(owner) if owner else None
        organization = organizations.find(client.organization_id) if client else None
        account = accounts.find_by_email(envelope.recipient)
        if secret is None or client is None or organization is None or account is None:
            return None
        rights = member(account.id).rights(organization)
        left = (secret.expires_at or 0) - self._now()
        if client.disabled_at is not None or left <= 0 or not rights or API_CLIENTS not in rights.permissions:
            return None
        return rendered(
            self._settings,
            LETTER,
            envelope,
            organization=organization.name,
            client=client.name,
            label=secret.label,
            days=-(-left // DAY),
            at=_shown(secret.expires_at),
            used_at=_shown(secret.last_used_at),
            link=address(self._settings, f"/organizations/{organization.slug}/api-clients"),
        )


def _shown(at: int | None) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC") if at else ""
