"""What members with the right do to the API clients of their organization; their secrets stand next door.

Operators have `registration`. A client outlives whoever made it, and holds what was granted to it, never more
than the operator allows the organization. Nobody gives a client what they don't hold, and nobody gets the
secret of a client that holds more than they do.
"""

from dataclasses import dataclass

from flask_babel import gettext as _

from authserver.audit.log import Origin
from authserver.base.errors import Full, NotFound, Refused
from authserver.clients import registration
from authserver.clients.api_client import ApiClientRecord
from authserver.clients.reach import require_reach, require_scopes
from authserver.clients.registration import Registration
from authserver.clients.store import api_clients
from authserver.organizations.authority import Authority, hold, look, require_grant
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import API_CLIENTS, Rights
from authserver.organizations.versions import require_seen

MOST = 1000
"""API clients of an organization."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a new API client shall be; its first secret expires at a Unix time, or never (None).

    Whoever must not make two by asking twice names its id beforehand.
    """

    name: str
    scopes: tuple[str, ...]
    permissions: frozenset[str] = frozenset()
    secret_expires_at: int | None = None
    client_id: str | None = None


def create(by: Authority, organization_id: str, wish: Wish, origin: Origin) -> tuple[ApiClientRecord, str]:
    """Create an API client; return it with its first secret, which can't be read again.

    Raises NotFound, Forbidden, Refused, Full, Conflict for an id that was given out.
    """
    organization, actor = hold(by, organization_id, API_CLIENTS)
    require_scopes(by, wish.scopes)
    require_grant(actor, Rights("member", wish.permissions))
    if api_clients.count(organization.id) >= MOST:
        raise Full(_("There are %(count)s API clients already; delete one first.", count=MOST))
    wanted = Registration(
        organization.id,
        wish.name,
        wish.scopes,
        client_id=wish.client_id,
        secret_expires_at=wish.secret_expires_at,
        permissions=tuple(wish.permissions),
    )
    return registration.register(wanted, origin)


def page(by: Authority, organization_id: str, *, after: str = "", limit: int = 100) -> list[ApiClientRecord]:
    """Return API clients by id, from behind one. Raises NotFound, Forbidden."""
    organization, _rights = look(by, organization_id, API_CLIENTS)
    return api_clients.page(organization.id, after=after, limit=limit)


def named(
    by: Authority,
    organization_id: str,
    *,
    search: str = "",
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> list[ApiClientRecord]:
    """Return API clients by name, from behind an id and a name (None: from the first).

    `search` is a part of the name, or an id.

    Raises NotFound, Forbidden.
    """
    organization, _rights = look(by, organization_id, API_CLIENTS)
    return api_clients.named(organization.id, search=search, after=after, limit=limit)


def get(by: Authority, organization_id: str, client_id: str) -> ApiClientRecord:
    """Return an API client. Raises NotFound, Forbidden."""
    organization, _rights = look(by, organization_id, API_CLIENTS)
    return owned(organization, client_id)


def change(
    by: Authority,
    organization_id: str,
    client_id: str,
    origin: Origin,
    *,
    name: str | None = None,
    scopes: tuple[str, ...] | None = None,
    permissions: frozenset[str] | None = None,
    seen: str | None = None,
) -> ApiClientRecord:
    """Change what is named of an API client; the rest stays.

    What it has may stay, whoever gave it; what is added, the actor must hold. `seen` is the version of the
    client that was decided about, None when that does not matter. Raises NotFound, Forbidden, Refused,
    ChangedMeanwhile.
    """
    organization, actor = hold(by, organization_id, API_CLIENTS)
    present = owned(organization, client_id)
    require_seen(present.version, seen)
    if scopes is not None:
        require_scopes(by, set(scopes) - set(present.scopes))
        if not scopes:
            raise Refused(_("Name at least one scope."))
    if permissions is not None:
        require_grant(actor, Rights("member", permissions - set(present.permissions)))
    return registration.update(
        present.id,
        origin,
        name=name,
        scopes=scopes or (),
        permissions=None if permissions is None else tuple(permissions),
    )


def set_disabled(
    by: Authority, organization_id: str, client_id: str, origin: Origin, *, disabled: bool
) -> ApiClientRecord:
    """Disable an API client, or enable it again; every instance follows within a second.

    To enable it is to give its rights and scopes again: the actor must reach that far. Raises NotFound,
    Forbidden.
    """
    organization, actor = hold(by, organization_id, API_CLIENTS)
    present = owned(organization, client_id)
    if not disabled:
        require_reach(by, actor, present)
    return registration.set_disabled(present.id, disabled=disabled, origin=origin)


def delete(by: Authority, organization_id: str, client_id: str, origin: Origin) -> None:
    """Delete an API client with its secrets; its id never comes back. Raises NotFound, Forbidden."""
    organization, _rights = hold(by, organization_id, API_CLIENTS)
    registration.delete(owned(organization, client_id).id, origin)


def owned(organization: Organization, client_id: str) -> ApiClientRecord:
    """Return an API client of an organization; another's does not exist for it. Raises NotFound."""
    found = api_clients.find(client_id.lower())
    if found is None or found.organization_id != organization.id:
        raise NotFound(f"There is no API client {client_id}.")
    return found
