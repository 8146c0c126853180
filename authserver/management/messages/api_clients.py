"""API clients and their secrets in requests and answers."""

from typing import Literal, Self

from pydantic import Field, model_validator

from authserver.clients.api_client import ApiClientRecord
from authserver.clients.secret_administration import Listed
from authserver.clients.secret_record import SecretRecord
from authserver.management.messages.base import UUID, Answered, Asked, Names, Searched, Text, Time, WantedTime
from authserver.management.messages.paging import Page

WITHHELD = (
    "The secret stood in the first answer to this Idempotency-Key, once. If it was lost, add another one and "
    "revoke this one."
)


class ApiClientAnswer(Answered):
    """An API client."""

    id: UUID
    name: str
    scopes: list[str]
    permissions: list[str] = Field(description="What was granted to it; the operator may allow less")
    disabled: bool
    created_at: Time

    @classmethod
    def of(cls, client: ApiClientRecord) -> Self:
        """Return how an API client is told."""
        return cls(
            id=client.id,
            name=client.name,
            scopes=list(client.scopes),
            permissions=list(client.permissions),
            disabled=client.disabled_at is not None,
            created_at=client.created_at,
        )


class ApiClientPage(Page):
    """API clients by id."""

    items: list[ApiClientAnswer]


class WithSecret(Answered):
    """An answer that holds a secret, once."""

    secret: str | None = Field(
        description="Can't be read again; null when this answer was given before", repr=False
    )
    secret_withheld: str | None = Field(None, description="Why there is no secret")


class CreatedApiClient(WithSecret):
    """A new API client with its first secret."""

    api_client: ApiClientAnswer


class CreateApiClient(Asked):
    """A new API client."""

    name: Text
    scopes: Names = Field(min_length=1)
    permissions: Names = Field(default_factory=list)
    secret_expires_at: WantedTime | None = Field(None, description="Of its first secret; without one: never")


class ChangeApiClient(Asked):
    """What shall be different; what is left out stays."""

    name: Text | None = None
    scopes: Names | None = None
    permissions: Names | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.name is None and self.scopes is None and self.permissions is None:
            raise ValueError("name a name, scopes, permissions, or several of them")
        return self


class SecretAnswer(Answered):
    """A secret of an API client: everything but the secret."""

    id: UUID
    label: str
    created_at: Time
    created_by: str = Field(description="The address or the name of who made it; may be empty")
    expires_at: Time | None
    expired: bool
    last_used_at: Time | None
    last_used_from: str = Field(description="The address of whoever used it last; may be empty")

    @classmethod
    def of(cls, listed: Listed) -> Self:
        """Return how a secret is told."""
        return cls.new(listed.secret, listed.creator, expired=listed.expired)

    @classmethod
    def new(cls, secret: SecretRecord, creator: str = "", *, expired: bool = False) -> Self:
        """Return how a secret is told of which nothing else is known."""
        return cls(
            id=secret.id,
            label=secret.label,
            created_at=secret.created_at,
            created_by=creator,
            expires_at=secret.expires_at,
            expired=expired,
            last_used_at=secret.last_used_at,
            last_used_from=secret.last_used_from,
        )


class SecretList(Answered):
    """All secrets of an API client, oldest first: there are few."""

    items: list[SecretAnswer]


class AddSecret(Asked):
    """A further secret."""

    label: Text
    expires_at: WantedTime | None = Field(None, description="Without one: never")


class AddedSecret(WithSecret):
    """A new secret."""

    record: SecretAnswer


class RevokeQuery(Searched):
    """Whether to revoke a secret that is in use."""

    even_if_used: Literal["true", "false"] = Field(
        "false", description="Revoke it although it was used within the last day"
    )
