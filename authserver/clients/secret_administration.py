"""What members with the right do to the secrets of API clients of their organization: add, list, revoke."""

from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import gettext as _

from authserver.accounts.store import accounts
from authserver.audit.log import Origin
from authserver.base.clock import now
from authserver.base.errors import Conflict, NotFound
from authserver.clients import secret_issuing
from authserver.clients.administration import owned
from authserver.clients.reach import require_reach
from authserver.clients.secret_record import SecretRecord
from authserver.clients.store import api_clients
from authserver.clients.store import secrets as store
from authserver.organizations.authority import Authority, hold, look
from authserver.organizations.permissions import API_CLIENTS

RECENT = 86_400
"""Seconds after its last use for which a secret is taken to be in use."""


class StillUsed(Conflict):
    """The secret was used of late: whoever uses it will be locked out."""

    def __init__(self, secret: SecretRecord) -> None:
        """Take the secret; its last use says when and from where."""
        super().__init__(
            _("The secret %(label)s was used within the last day. Revoke it anyway?", label=secret.label)
        )
        self.secret = secret


@dataclass(frozen=True, slots=True)
class Listed:
    """A secret as its organization sees it: never the secret itself."""

    secret: SecretRecord
    creator: str
    """The address of the person who made it, the name of the client that did; empty when neither is known."""
    expired: bool


def add(
    by: Authority,
    organization_id: str,
    client_id: str,
    label: str,
    expires_at: int | None,
    origin: Origin,
    secret_id: str | None = None,
) -> tuple[SecretRecord, str]:
    """Make a further secret, which can't be read again; it expires at a Unix time, or never (None).

    Who has it can do what the client can: the actor must hold all of that. Raises NotFound, Forbidden,
    Refused, Conflict for an id that is there.
    """
    organization, actor = hold(by, organization_id, API_CLIENTS)
    client = owned(organization, client_id)
    require_reach(by, actor, client)
    return secret_issuing.issue(
        store.OF_CLIENTS, client.id, label, expires_at, origin, organization.id, secret_id
    )


def listed(by: Authority, organization_id: str, client_id: str) -> list[Listed]:
    """Return the secrets of an API client, oldest first. Raises NotFound, Forbidden."""
    organization, _rights = look(by, organization_id, API_CLIENTS)
    client = owned(organization, client_id)
    secrets = store.of(store.OF_CLIENTS, client.id)
    creators = _creators({secret.created_by for secret in secrets})
    return [Listed(secret, creators.get(secret.created_by, ""), _ended(secret)) for secret in secrets]


def revoke(
    by: Authority, organization_id: str, client_id: str, secret_id: str, origin: Origin, *, sure: bool = False
) -> None:
    """Revoke a secret: refused everywhere within a second.

    Raises NotFound, Forbidden, and, unless `sure`, StillUsed for one that was used within the last day.
    """
    organization, _rights = hold(by, organization_id, API_CLIENTS)
    client = owned(organization, client_id)
    secret = next((each for each in store.of(store.OF_CLIENTS, client.id) if each.id == secret_id), None)
    if secret is None:
        raise NotFound(f"{client.id} has no secret {secret_id}.")
    if not sure and not _ended(secret) and (secret.last_used_at or 0) > now() - RECENT:
        raise StillUsed(secret)
    secret_issuing.revoke(store.OF_CLIENTS, client.id, secret.id, origin, organization.id)


def _ended(secret: SecretRecord) -> bool:
    return secret.expires_at is not None and secret.expires_at <= now()


def _creators(actors: Collection[str]) -> dict[str, str]:
    """Return the addresses of people and the names of clients by how the trail names them."""
    ids = [actor.partition(":")[2] for actor in actors]
    people = {f"account:{its_id}": email for its_id, email in accounts.addresses(ids).items()}
    return people | {f"client:{its_id}": name for its_id, name in api_clients.names(ids).items()}
