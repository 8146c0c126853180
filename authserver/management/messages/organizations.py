"""Organizations in requests and answers."""

from typing import Literal, Self

from pydantic import Field, model_validator

from authserver.management.messages.base import UUID, Answered, Asked, Text, Time
from authserver.management.messages.paging import Page
from authserver.organizations.organization import LONGEST_NAME, Organization
from authserver.organizations.permissions import Rights

Role = Literal["administrator", "member"]


class OrganizationAnswer(Answered):
    """An organization, and what the caller holds in it at this moment."""

    id: UUID
    name: str
    slug: str
    created_at: Time
    role: Role = Field(description="The caller's")
    permissions: list[str] = Field(description="What the caller holds")

    @classmethod
    def of(cls, organization: Organization, rights: Rights) -> Self:
        """Return how an organization is told to whoever holds something in it."""
        return cls(
            id=organization.id,
            name=organization.name,
            slug=organization.slug,
            created_at=organization.created_at,
            role=rights.role,
            permissions=sorted(rights.permissions),
        )


class OrganizationPage(Page):
    """Organizations of the caller."""

    items: list[OrganizationAnswer]


class CreateOrganization(Asked):
    """A further organization; whoever founds it is its Administrator."""

    name: Text = Field(max_length=LONGEST_NAME)
    slug: Text | None = Field(None, description="Without one, the name suggests one that is free")


class ChangeOrganization(Asked):
    """Another name, another slug, or both."""

    name: Text | None = Field(None, max_length=LONGEST_NAME)
    slug: Text | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.name is None and self.slug is None:
            raise ValueError("name a name, a slug, or both")
        return self
