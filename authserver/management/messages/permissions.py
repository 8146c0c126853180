"""The catalogue of permissions, and the scopes that API clients may have, in answers."""

from typing import Self

from pydantic import Field

from authserver.management.messages.base import Answered
from authserver.organizations.permissions import Permission


class PermissionAnswer(Answered):
    """One permission."""

    name: str
    description: str
    resource: str | None = Field(description="The API resource that gives it a meaning; null: this server")

    @classmethod
    def of(cls, permission: Permission) -> Self:
        """Return how a permission is told."""
        return cls(name=permission.name, description=permission.description, resource=permission.resource)


class Catalogue(Answered):
    """All permissions there are, and the scopes that organizations may give to their API clients."""

    permissions: list[PermissionAnswer]
    scopes: list[str]
