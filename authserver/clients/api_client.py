"""An API client: a machine account of an organization that exchanges its secret for tokens."""

import uuid
from dataclasses import dataclass

from authserver.base.errors import Refused
from authserver.organizations.versions import version_of

AUTH_METHODS = ("client_secret_basic", "client_secret_post")


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """A secret at rest: its SHA-256 and until when it counts (Unix seconds, None: for ever)."""

    id: str
    digest: bytes
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class ApiClient:
    """What the token endpoint needs to know of a client.

    A disabled one, or one of a disabled organization, is not active.
    """

    id: str
    organization_id: str
    name: str
    scopes: tuple[str, ...]
    auth_methods: tuple[str, ...]
    active: bool
    secrets: tuple[StoredSecret, ...]
    permissions: tuple[str, ...] = ()
    """What it holds at this moment: never more than the operator allows its organization."""


@dataclass(frozen=True, slots=True)
class ApiClientRecord:
    """What its administrators see of a client: never a secret."""

    id: str
    organization_id: str
    name: str
    scopes: tuple[str, ...]
    auth_methods: tuple[str, ...]
    created_at: int
    disabled_at: int | None
    permissions: tuple[str, ...] = ()
    """What was granted to it, by name; what it holds depends on what the operator allows as well."""

    @property
    def version(self) -> str:
        """Which version this is of what people change in one form."""
        return version_of(self.name, " ".join(self.scopes), " ".join(self.permissions))


def checked_client_id(client_id: str) -> str:
    """Return a chosen client id in its canonical form. Raises Refused when it is not a UUID."""
    try:
        parsed = uuid.UUID(client_id)
    except ValueError:
        raise Refused("A client id is a UUID.") from None
    if str(parsed) != client_id.lower():
        raise Refused(
            "A client id is a UUID in its canonical form, such as 0190d0f3-6a1b-4c55-9d3e-2f1c8a7b6e54."
        )
    return str(parsed)


def checked_auth_methods(methods: tuple[str, ...]) -> tuple[str, ...]:
    """Return the token endpoint authentication methods a client is registered for, all when none is named.

    Raises Refused for a method that the server does not know.
    """
    unknown = [method for method in methods if method not in AUTH_METHODS]
    if unknown:
        raise Refused(f"Unknown authentication method {unknown[0]}; known are {', '.join(AUTH_METHODS)}.")
    return tuple(sorted(set(methods))) or AUTH_METHODS
