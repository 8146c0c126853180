"""Authenticating whoever asks, by the one method that it is registered for."""

from dataclasses import dataclass

from authserver.base.clock import Clock
from authserver.clients.api_client import StoredSecret
from authserver.clients.application import Application
from authserver.clients.secrets import matching
from authserver.oidc.client_auth.assertion import Assertions, Unproven, claimed_client
from authserver.oidc.client_auth.credentials import MAX_CREDENTIAL, Credentials, failed
from authserver.oidc.errors import OAuthError, Wire
from authserver.oidc.ports import Client, Clients, FailedSecrets

REFUSAL = "Client authentication failed."


@dataclass(frozen=True, slots=True)
class ClientAuthentication:
    """Checks what was presented against what is stored.

    The right secret always works, whatever was counted.
    """

    clients: Clients
    failures: FailedSecrets
    assertions: Assertions
    clock: Clock

    def __call__(self, presented: Credentials, source: str, request_id: str) -> Client:
        """Return the client that the credentials prove.

        Raises OAuthError: one answer for an unknown client, a wrong, expired or revoked secret, a disabled
        client or organization, and an unregistered method, so that nobody learns which it was (RFC 9700
        section 4.14; ASVS 6.3.8).
        """
        if presented.method == "private_key_jwt":
            return self._by_assertion(presented, source, request_id)
        if presented.method == "none":
            return self._by_name(presented, source, request_id)
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
        self.clients.secret_used(secret.id, now, source)
        return client

    def _by_name(self, presented: Credentials, source: str, request_id: str) -> Client:
        client = self._registered(presented)
        # OpenID Connect Core section 9: none is for those that are registered so, and for nobody else.
        if client is None:
            raise self._refusal(presented, source, request_id)
        return client

    def _by_assertion(self, presented: Credentials, source: str, request_id: str) -> Client:
        claimed = claimed_client(presented.secret)
        presented = presented._replace(client_id=presented.client_id or claimed)
        client = self._registered(presented) if claimed == presented.client_id else None
        if not isinstance(client, Application):
            raise self._refusal(presented, source, request_id)
        try:
            self.assertions.prove(client, presented.secret)
        except Unproven as fault:
            raise self._refusal(presented, source, request_id, str(fault)) from fault
        return client

    def _registered(self, presented: Credentials) -> Client | None:
        if not presented.client_id or not _findable(presented.client_id):
            return None
        client = self.clients.recent(presented.client_id) or self.clients.read(presented.client_id)
        return client if client and client.active and presented.method in client.auth_methods else None

    def _refusal(self, presented: Credentials, source: str, request_id: str, detail: str = "") -> OAuthError:
        client_id = presented.client_id[:MAX_CREDENTIAL]
        wait = self.failures.failed(client_id, source, request_id)
        wire = failed(presented.method)
        if wait is not None:
            # RFC 6585 section 4: 429 says when to come back.
            wire = Wire(429, (*wire.headers, ("Retry-After", str(wait))))
        return OAuthError("invalid_client", REFUSAL, wire, detail=detail, client_id=client_id)


def _plausible(presented: Credentials) -> bool:
    return len(presented.secret) <= MAX_CREDENTIAL and _findable(presented.client_id)


def _findable(client_id: str) -> bool:
    # NUL can't be looked up in a database; longer ids exist nowhere.
    return len(client_id) <= MAX_CREDENTIAL and "\x00" not in client_id


def _proof(client: Client | None, presented: Credentials, now: int) -> StoredSecret | None:
    secret = matching(presented.secret, client.secrets if client else (), now)
    if client is None or not client.active or presented.method not in client.auth_methods:
        return None
    return secret
