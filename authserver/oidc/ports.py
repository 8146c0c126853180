"""What the protocol needs from outside; `provider` wires these to stores, keys and counters."""

from typing import Protocol

from authserver.clients.api_client import ApiClient
from authserver.clients.resource import Resource
from authserver.keys.lifecycle import Algorithm


class Clients(Protocol):
    """Who may ask for tokens."""

    def recent(self, client_id: str) -> ApiClient | None:
        """Return a client as it was within the last second, when somebody asked for it then."""

    def read(self, client_id: str) -> ApiClient | None:
        """Return a client as it is now."""

    def secret_used(self, secret_id: str, at: int) -> None:
        """Hear that a secret was used (Unix seconds)."""


class Catalogue(Protocol):
    """The API resources."""

    def by_scope(self) -> dict[str, Resource]:
        """Return the resource of each scope."""


class Signer(Protocol):
    """A key that signs now."""

    def sign(self, typ: str, claims: dict[str, object]) -> str:
        """Return a compact JWS."""


class Keys(Protocol):
    """The signing keys of this moment."""

    def signer(self, algorithm: Algorithm) -> Signer:
        """Return who signs with an algorithm."""

    def jwks(self) -> bytes:
        """Return the published JWK Set document."""


class FailedSecrets(Protocol):
    """The counters of failed client authentications."""

    def failed(self, client_id: str, source: str, request_id: str) -> int | None:
        """Count a failure; return the seconds after which to try again when there were too many."""
