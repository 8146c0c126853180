"""Registering and changing API resources."""

from dataclasses import replace
from typing import TypedDict, Unpack

from authserver.audit.log import Origin, record
from authserver.base.clock import now
from authserver.base.errors import Conflict, NotFound, Refused
from authserver.clients.own_resource import require_not_own
from authserver.clients.resource import (
    ClaimStyle,
    Resource,
    checked_audience,
    checked_resource_name,
    checked_scopes,
)
from authserver.clients.store import api_clients, applications, resources
from authserver.keys.lifecycle import Algorithm
from authserver.organizations import catalogue

SHORTEST_LIFETIME = 60
LONGEST_LIFETIME = 3600


class ResourceChanges(TypedDict, total=False):
    """What may be changed of a resource."""

    audience: str
    scopes: tuple[str, ...]
    algorithm: Algorithm
    claim_style: ClaimStyle
    lifetime: int
    internal: bool


def register(resource: Resource, origin: Origin) -> Resource:
    """Create an API resource. Raises Refused, or Conflict when its name, audience or a scope is taken."""
    checked_resource_name(resource.name)
    if resources.find(resource.name):
        raise Conflict(f"There is a resource {resource.name} already.")
    checked = _checked(resource)
    resources.add(checked, now())
    record(origin, "resource.created", target=checked.name)
    return checked


def get(name: str) -> Resource:
    """Return a resource. Raises NotFound."""
    resource = resources.find(name)
    if resource is None:
        raise NotFound(f"There is no resource {name}.")
    return resource


def update(name: str, origin: Origin, **changes: Unpack[ResourceChanges]) -> Resource:
    """Change what is named of a resource; tokens follow within a second.

    Raises NotFound, Refused, Conflict.
    """
    resource = get(name)
    require_not_own(name)
    changed = _checked(replace(resource, **changes))
    _require_unheld(set(resource.scopes) - set(changed.scopes))
    if changed != resource:
        resources.save(changed)
        record(origin, "resource.updated", target=name, changed=" ".join(sorted(changes)))
    return changed


def delete(name: str, origin: Origin) -> None:
    """Delete a resource whose scopes nobody holds; its permissions are taken from everybody.

    Raises NotFound, Conflict.
    """
    resource = get(name)
    require_not_own(name)
    _require_unheld(set(resource.scopes))
    catalogue.declare(name, {}, origin)
    resources.remove(name)
    record(origin, "resource.deleted", target=name)


def _require_unheld(scopes: set[str]) -> None:
    # A name may be given to another resource later; nobody shall hold that one's rights by then.
    for scope in sorted(scopes):
        if api_clients.anyone_holds(scope):
            raise Conflict(f"The scope {scope} is held by API clients; take it from them first.")
        if applications.anyone_holds(scope):
            raise Conflict(f"The scope {scope} is held by applications; take it from them first.")


def _checked(resource: Resource) -> Resource:
    scopes = checked_scopes(resource.scopes)
    if not SHORTEST_LIFETIME <= resource.lifetime <= LONGEST_LIFETIME:
        raise Refused(f"A lifetime has {SHORTEST_LIFETIME} to {LONGEST_LIFETIME} seconds.")
    if resources.owner_of_audience(checked_audience(resource.audience)) not in (None, resource.name):
        raise Conflict(f"The audience {resource.audience} belongs to another resource.")
    for scope in scopes:
        if resources.owner_of_scope(scope) not in (None, resource.name):
            raise Conflict(f"The scope {scope} belongs to another resource.")
    return replace(resource, scopes=scopes)
