"""The permissions of API resources, written down in the catalogue of organizations."""

from collections.abc import Mapping

from authserver.audit.log import Origin
from authserver.clients import resource_registration
from authserver.organizations import catalogue
from authserver.organizations.permissions import Permission


def add(name: str, permission: str, description: str, origin: Origin) -> Permission:
    """Give a resource a permission, or one of its own another description.

    Raises NotFound, Refused, Conflict.
    """
    return catalogue.register(resource_registration.get(name).name, permission, description, origin)


def of(name: str) -> list[Permission]:
    """Return the permissions of a resource. Raises NotFound."""
    return catalogue.of_resource(resource_registration.get(name).name)


def remove(name: str, permission: str, origin: Origin) -> None:
    """Take a permission from a resource, and from everybody who was granted it. Raises NotFound."""
    catalogue.withdraw(resource_registration.get(name).name, permission, origin)


def declare(name: str, wanted: Mapping[str, str], origin: Origin) -> bool:
    """Make the permissions of a resource those that are named; return whether that changed anything.

    Raises NotFound, Refused, Conflict.
    """
    return catalogue.declare(resource_registration.get(name).name, wanted, origin)
