"""Registering, changing, disabling and deleting API clients."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from authserver.audit.log import Origin, Target, listed, record, record_all
from authserver.base.clock import now
from authserver.base.errors import Conflict, NotFound, Refused
from authserver.base.handles import new_id
from authserver.clients import secret_issuing, signals
from authserver.clients.api_client import ApiClientRecord, checked_auth_methods, checked_client_id
from authserver.clients.signals import ApiClientChange, ApiClientEvent
from authserver.clients.store import api_clients, resources, secrets
from authserver.organizations import catalogue, directory, voiding
from authserver.organizations.authority import api_client
from authserver.organizations.organization import Organization, checked_name
from authserver.organizations.store import organizations
from authserver.subjects import store as subjects


@dataclass(frozen=True, slots=True)
class Registration:
    """What a new API client shall be. Without an id it gets one; without methods it may use all."""

    organization: str
    name: str
    scopes: tuple[str, ...]
    client_id: str | None = None
    auth_methods: tuple[str, ...] = ()
    secret_expires_at: int | None = None
    permissions: tuple[str, ...] = ()


def register(wanted: Registration, origin: Origin) -> tuple[ApiClientRecord, str]:
    """Create an API client of an organization (slug or id) with its first secret.

    Returns the client and the secret, which exists nowhere else and can't be read again. Raises NotFound,
    Conflict (the id was given out before, to whomever), Refused.
    """
    # First: a refusal must not leave a client without a secret behind.
    secret_issuing.check_expiry(wanted.secret_expires_at)
    client = declare(wanted, origin)
    _, secret = secret_issuing.issue(
        secrets.OF_CLIENTS, client.id, "first", wanted.secret_expires_at, origin, client.organization_id
    )
    return client, secret


def declare(wanted: Registration, origin: Origin) -> ApiClientRecord:
    """Create an API client without a secret. Raises NotFound, Conflict, Refused."""
    organization = directory.get(wanted.organization)
    client = ApiClientRecord(
        id=checked_client_id(wanted.client_id) if wanted.client_id else new_id(),
        organization_id=organization.id,
        name=checked_name(wanted.name),
        scopes=_known_scopes(wanted.scopes),
        auth_methods=checked_auth_methods(wanted.auth_methods),
        created_at=now(),
        disabled_at=None,
        permissions=_known_permissions(wanted.permissions),
    )
    # RFC 9700 section 4.15: a client id must never equal a person's `sub`; the register gives each out once.
    subjects.claim(client.id, "api_client", client.created_at)
    api_clients.add(client)
    record(
        origin, "api_client.created", target=client.id, organization=organization.id,
        name=client.name, scopes=listed(client.scopes), permissions=listed(client.permissions),
    )  # fmt: skip
    return client


def require_owner(client: ApiClientRecord, organization: Organization) -> None:
    """Raise Conflict when a client belongs to another organization: it never moves."""
    if client.organization_id != organization.id:
        raise Conflict(f"The API client {client.id} belongs to another organization, and can't move.")


def get(client_id: str) -> ApiClientRecord:
    """Return a client. Raises NotFound."""
    client = api_clients.find(client_id.lower())
    if client is None:
        raise NotFound(f"There is no API client {client_id}.")
    return client


def update(
    client_id: str,
    origin: Origin,
    *,
    name: str | None = None,
    scopes: tuple[str, ...] = (),
    auth_methods: tuple[str, ...] = (),
    permissions: tuple[str, ...] | None = None,
) -> ApiClientRecord:
    """Change what is named of a client; the rest stays. Raises NotFound, Refused."""
    client = _held(client_id)
    changed = replace(
        client,
        name=checked_name(name) if name is not None else client.name,
        scopes=_known_scopes(scopes) if scopes else client.scopes,
        auth_methods=checked_auth_methods(auth_methods) if auth_methods else client.auth_methods,
        permissions=client.permissions if permissions is None else _known_permissions(permissions),
    )
    if changed != client:
        api_clients.save(changed, client)
        told = _difference(client, changed)
        record(origin, "api_client.updated", target=client.id, organization=client.organization_id, **told)
        _void_lost(changed, origin)
    if set(client.scopes) - set(changed.scopes) or set(client.permissions) - set(changed.permissions):
        signals.api_client_narrowed.send(ApiClientChange(client, changed, origin))
    return changed


def set_disabled(client_id: str, *, disabled: bool, origin: Origin) -> ApiClientRecord:
    """Disable a client, or enable it again; every instance follows within a second. Raises NotFound."""
    client = _held(client_id)
    if api_clients.set_disabled(client.id, now() if disabled else None):
        action = "api_client.disabled" if disabled else "api_client.enabled"
        record(origin, action, target=client.id, organization=client.organization_id)
        if disabled:
            _void_lost(client, origin)
            signals.api_client_disabled.send(ApiClientEvent(client, origin))
    return get(client.id)


def delete(client_id: str, origin: Origin) -> None:
    """Delete a client and its secrets. Raises NotFound."""
    client = _held(client_id)
    api_clients.remove(client.id)
    record(
        origin, "api_client.deleted", target=client.id, organization=client.organization_id, name=client.name
    )
    _void_lost(client, origin)
    signals.api_client_deleted.send(ApiClientEvent(client, origin))


def delete_of(owners: Collection[Organization], origin: Origin) -> None:
    """Delete all clients of organizations with their secrets, however many there are."""
    gone = sorted(api_clients.remove_of([each.id for each in owners]))
    told = [Target(client_id, organization_id, {"name": name}) for organization_id, client_id, name in gone]
    record_all(origin, "api_client.deleted", told)


def _void_lost(client: ApiClientRecord, origin: Origin) -> None:
    """Void the invitations of a client that it may not give any more, as it stands in its row now."""
    organization = organizations.lock(client.organization_id)
    if organization:
        voiding.void_lost(organization, api_client(client.id), origin)


def _held(client_id: str) -> ApiClientRecord:
    """Return a client as it is now, and keep others from changing it meanwhile. Raises NotFound."""
    client = get(client_id)
    organizations.lock(client.organization_id)
    # Read anew: whoever held the organization until now may have changed it, or deleted it.
    return get(client.id)


def _difference(before: ApiClientRecord, after: ApiClientRecord) -> dict[str, str]:
    """Return what a change gave and took, for the audit trail."""
    told = {"before": before.name, "after": after.name} if before.name != after.name else {}
    for kind in ("scopes", "auth_methods", "permissions"):
        had, has = set(getattr(before, kind)), set(getattr(after, kind))
        told |= {f"{kind}_added": listed(has - had), f"{kind}_removed": listed(had - has)}
    return {name: text for name, text in told.items() if text}


def _known_scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    if not scopes:
        raise Refused("Name at least one scope.")
    for scope in scopes:
        if resources.owner_of_scope(scope) is None:
            raise Refused(f"There is no scope {scope}; `authserver resources list` shows those there are.")
    return tuple(sorted(set(scopes)))


def _known_permissions(permissions: tuple[str, ...]) -> tuple[str, ...]:
    unknown = sorted(set(permissions) - catalogue.names(hold=True)) if permissions else []
    if unknown:
        raise Refused(f"There is no permission {unknown[0]}.")
    return tuple(sorted(set(permissions)))
