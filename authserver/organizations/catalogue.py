"""The catalogue of permissions: this server's own, and those that API resources register.

Whoever registers resources writes their permissions down here; the rules of holding them stand next door, in
`permissions`.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from authserver.audit.log import Origin, record
from authserver.base.errors import Conflict, NotFound
from authserver.organizations import signals
from authserver.organizations.permissions import (
    OWN,
    Permission,
    checked_description,
    checked_permission,
)
from authserver.organizations.signals import PermissionEvent
from authserver.organizations.store import organizations
from authserver.organizations.store import permissions as store


class Differing(NamedTuple):
    """Names of permissions that a declaration takes away, and of those that it describes otherwise."""

    withdrawn: set[str]
    described: set[str]


def everything() -> list[Permission]:
    """Return all permissions there are: this server's own first, then by name."""
    return [*OWN, *store.everything()]


def names(*, hold: bool = False) -> frozenset[str]:
    """Return the names of all permissions.

    With `hold` none of them is withdrawn before this unit of work ends: for whoever grants some.
    """
    return frozenset(permission.name for permission in OWN) | frozenset(store.names(hold=hold))


def of_resource(resource: str) -> list[Permission]:
    """Return the permissions of an API resource by name."""
    return [permission for permission in store.everything() if permission.resource == resource]


def register(resource: str, name: str, description: str, origin: Origin) -> Permission:
    """Give an API resource a permission, or one that it has another description.

    Administrators hold it at once. Raises Refused, Conflict.
    """
    permission = Permission(checked_permission(name), checked_description(description), resource)
    if permission in store.everything():
        return permission
    if not store.put(permission):
        raise Conflict(f"The permission {name} belongs to another resource.")
    record(origin, "permission.registered", target=name, resource=resource)
    return permission


def withdraw(resource: str, name: str, origin: Origin) -> None:
    """Take a permission out of the catalogue, and from everybody who was granted it. Raises NotFound.

    Should the name come back, perhaps for something else, nobody holds it from before.
    """
    if all(permission.name != name for permission in of_resource(resource)):
        raise NotFound(f"The resource {resource} has no permission {name}.")
    _hold([name])
    store.remove(name)
    signals.permission_withdrawn.send(PermissionEvent(name, origin))
    record(origin, "permission.withdrawn", target=name, resource=resource)


def declare(resource: str, wanted: Mapping[str, str], origin: Origin) -> bool:
    """Make the permissions of an API resource those that are named; return whether that changed anything.

    Raises Refused, Conflict.
    """
    before = of_resource(resource)
    _hold(differing({resource: wanted}).withdrawn)
    for permission in before:
        if permission.name not in wanted:
            withdraw(resource, permission.name, origin)
    for name, description in wanted.items():
        register(resource, name, description, origin)
    return of_resource(resource) != before


def differing(wanted: Mapping[str, Mapping[str, str]]) -> Differing:
    """Return what `declare` would change of API resources' permissions, by resource and name."""
    described = [(each, wanted.get(each.resource or "")) for each in store.everything()]
    concerned = [(each, theirs) for each, theirs in described if theirs is not None]
    gone = {each.name for each, theirs in concerned if each.name not in theirs}
    other = {each.name for each, theirs in concerned if theirs.get(each.name) != each.description}
    return Differing(gone, other - gone)


def _hold(withdrawn: Collection[str]) -> None:
    """Lock all that withdrawing permissions changes before the first of them goes.

    Whoever changes something in an organization locks it first, then the permissions: who locks another
    organization after a permission went would wait for them, and they for it.
    """
    if withdrawn:
        organizations.lock_all(store.organizations_with(withdrawn))
        store.hold(withdrawn)
