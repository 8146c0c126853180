"""Authentication by secret: client_secret_basic and client_secret_post (OpenID Connect Core section 9)."""

from dataclasses import dataclass

from authserver.base.clock import Clock
from authserver.clients.api_client import ApiClient, StoredSecret
from authserver.clients.secrets import matching
from authserver.oidc.client_auth.credentials import MAX_CREDENTIAL, Credentials, failed
from authserver.oidc.errors import OAuthError, Wire
from authserver.oidc.ports import Clients, FailedSecrets

REFUSAL = "Client authentication failed."


@dataclass(frozen=True, slots=True)
class SecretAuthentication:
    """Checks a presented secret against the stored ones.

    The right secret always works, whatever was counted.
    """

    clients: Clients
    failures: FailedSecrets
    clock: Clock

    def __call__(self, presented: Credentials, source: str, request_id: str) -> ApiClient:
        """Return the client that the credentials prove.

        Raises OAuthError: one answer for an unknown client, a wrong, expired or revoked secret, a disabled
        client or organization, and an unregistered method, so that nobody learns which it was (RFC 9700
        section 4.14; ASVS 6.3.8).
        """
        now = self.clock()
        client = self.clients.recent(presented.client_id)
        secret = _proof(client, presented, now)
        if secret is None and _plausible(presented):
            # One read for every failure, of known and unknown clients alike; and a secret that was made
            # within the last second works at once.
            client = self.clients.read(presented.client_id)
            secret = _proof(client, presented, now)
        if client is None or secret is None:
            raise self._refusal(presented, source, request_id)
        self.clients.secret_used(secret.id, now)
        return client

    def _refusal(self, presented: Credentials, source: str, request_id: str) -> OAuthError:
        wait = self.failures.failed(presented.client_id[:MAX_CREDENTIAL], source, request_id)
        wire = failed(presented.method)
        if wait is not None:
            # RFC 6585 section 4: 429 says when to come back.
            wire = Wire(429, (*wire.headers, ("Retry-After", str(wait))))
        return OAuthError("invalid_client", REFUSAL, wire, client_id=presented.client_id[:MAX_CREDENTIAL])


def _plausible(presented: Credentials) -> bool:
    # NUL can't be looked up in a database; longer ids and secrets exist nowhere.
    longest = max(len(presented.client_id), len(presented.secret))
    return longest <= MAX_CREDENTIAL and "\x00" not in presented.client_id


def _proof(client: ApiClient | None, presented: Credentials, now: int) -> StoredSecret | None:
    secret = matching(presented.secret, client.secrets if client else (), now)
    if client is None or not client.active or presented.method not in client.auth_methods:
        return None
    return secret
