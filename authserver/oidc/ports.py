"""What the protocol needs from outside; `provider` wires these to stores, keys and counters."""

from collections.abc import Collection
from typing import Any, Protocol

from authserver.accounts.account import Account
from authserver.accounts.profile import Profile
from authserver.clients.api_client import ApiClient
from authserver.clients.application import Application
from authserver.clients.resource import Resource, ResourceCaller
from authserver.keys.lifecycle import Algorithm
from authserver.oidc.messages.grant import Grant, Redemption, Rotation, Standing
from authserver.oidc.messages.organization import Place
from authserver.oidc.messages.security_event import FeedPage

Client = ApiClient | Application | ResourceCaller
"""Whoever authenticates: software of an organization, a product that people sign in to, or, to ask about
tokens, an API."""


class Clients(Protocol):
    """Who may ask for tokens."""

    def recent(self, client_id: str) -> Client | None:
        """Return a client as it was within the last second, when somebody asked for it then."""

    def read(self, client_id: str) -> Client | None:
        """Return a client as it is now."""

    def secret_used(self, secret_id: str, at: int, source: str) -> None:
        """Hear that a secret was used, when (Unix seconds) and from which address."""


class Applications(Protocol):
    """The products that people sign in to, as they are now."""

    def find(self, client_id: str) -> Application | None:
        """Return an application, None when there is none."""


class ClientKeys(Protocol):
    """The public keys of clients."""

    def keys_of(self, application: Application, *, fresh: bool) -> dict[str, Any]:
        """Return a client's JWK Set; with `fresh`, fetched anew when it is kept at the client."""


class UsedAssertions(Protocol):
    """The register of client assertions that were seen."""

    def claim(self, client_id: str, jti: str, expires_at: int) -> bool:
        """Enter one; return whether it was new."""


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
        """Return the published JWK Set document: the same object until it changes."""

    def hints(self) -> bytes:
        """Return the JWK Set of all keys whose ID tokens, expired ones, still tell whom they were about."""


class FailedSecrets(Protocol):
    """The counters of failed client authentications."""

    def failed(self, client_id: str, source: str, request_id: str) -> int | None:
        """Count a failure; return the seconds after which to try again when there were too many."""


class Quota(Protocol):
    """How many tokens software may take."""

    def spend(self, client: ApiClient, source: str, request_id: str) -> int | None:
        """Count one token; return the seconds after which there are new ones when all are spent."""


class Grants(Protocol):
    """What people granted. Each act is one statement, so that of many at once exactly one succeeds."""

    def add(self, grant: Grant, code_digest: bytes, code_expires_at: int) -> bool:
        """Keep a new grant behind its code; return False when its application is disabled by now."""

    def claim_code(self, code_digest: bytes, client_id: str, redemption: Redemption) -> Grant | None:
        """Claim an unused, unexpired code of a client; None when there is none."""

    def of_code(self, code_digest: bytes, client_id: str) -> Grant | None:
        """Return the grant behind a code of a client, used or not."""

    def rotate(self, grant_id: str, client_id: str, rotation: Rotation) -> Grant | None:
        """Put the successor in the place of the present refresh token; None when it is another one."""

    def find(self, grant_id: str) -> Grant | None:
        """Return a grant as it is now."""

    def revoke(self, grant_id: str, at: int) -> bool:
        """Revoke a grant with all that it gave; return whether it was not revoked before."""


class Standings(Protocol):
    """What a person's token stands on, as it is now."""

    def find(self, grant_id: str, jti: str) -> Standing | None:
        """Return it, None when something of it ended.

        The grant was redeemed and is not revoked, nor is the token by itself; the account may sign in, the
        application is active, and the session lives unless the grant is an offline one.
        """


class People(Protocol):
    """Accounts and their sessions, as they are now."""

    def may_be_acted_for(self, account_id: str, session_id: str | None) -> bool:
        """Return whether an account is not gone or disabled, and a session of it, when one is named, goes on.

        Asking counts as a use of the session.
        """

    def account(self, account_id: str) -> Account | None:
        """Return an account, None when it is gone."""

    def profile(self, account_id: str) -> Profile:
        """Return what an account says of itself."""


class Organizations(Protocol):
    """Who belongs where, as it is now."""

    def active(self, account_id: str, wanted: str) -> Place | None:
        """Return a person's place in an organization; when none is named, in the one used last, or the first.

        None when they don't belong to it, or nobody may act for it.
        """

    def all_of(self, account_id: str) -> list[Place]:
        """Return all places of a person, the oldest first."""

    def chosen(self, account_id: str, organization_id: str) -> None:
        """Hear that a person chose an organization."""


class Consents(Protocol):
    """What people agreed to."""

    def scopes(self, account_id: str, client_id: str) -> frozenset[str]:
        """Return the scopes that a person lets an application have."""

    def remember(self, account_id: str, client_id: str, agreed: Collection[str], at: int) -> None:
        """Add scopes to those that a person lets an application have."""


class RevokedTokens(Protocol):
    """The register of access tokens that were revoked one by one."""

    def add(self, jti: str, expires_at: int, audience: Collection[str]) -> None:
        """Enter one that is made out to some APIs, until it expires anyway (Unix seconds)."""

    def has(self, jti: str) -> bool:
        """Return whether one was revoked."""


class RevocationLimits(Protocol):
    """How many access tokens may be given back one by one.

    Both count one, and return the seconds after which the next may come when there were too many.
    """

    def of_person(self, client_id: str, subject: str) -> int | None:
        """Count a token of a person at an application."""

    def of_machine(self, client_id: str, organization_id: str) -> int | None:
        """Count a token of an API client itself."""


class Trail(Protocol):
    """The audit trail, and who is warned."""

    def code_replayed(self, grant: Grant, source: str, request_id: str) -> None:
        """Hear that a code was used a second time, so that what it gave was revoked."""

    def refresh_token_replayed(self, grant: Grant, source: str, request_id: str) -> None:
        """Hear that a replaced refresh token came back, so that its family was revoked."""


class Origins(Protocol):
    """From where browsers may call."""

    def registered(self) -> frozenset[str]:
        """Return the origins of all active applications, at most a second old."""


class SecurityEvents(Protocol):
    """What API resources are told of tokens that ended before their time."""

    def page(self, resource: str, after: int, limit: int) -> FeedPage:
        """Return events for an API resource, from behind a place in the feed; at most so many."""
