"""The protocol's ports over this server's stores."""

from authserver.audit.log import Origin, record
from authserver.base.cache import ShortCache
from authserver.clients.api_client import ApiClient
from authserver.clients.last_used import LastUsed
from authserver.clients.resource import Resource
from authserver.clients.store import api_clients, resources
from authserver.throttle.failures import Failures
from authserver.web import metrics

CLIENTS_KEPT = 5_000
"""Clients in memory at most; about 1 KiB each, and each for a second."""


class CachedClients:
    """Clients, at most a second old; their use is noted in memory."""

    def __init__(self, last_used: LastUsed) -> None:
        """Take where uses are noted."""
        self._cache: ShortCache[str, ApiClient] = ShortCache(api_clients.find_for_tokens, size=CLIENTS_KEPT)
        self.recent = self._cache.recent
        self.read = self._cache.read
        self.secret_used = last_used.note


class CachedCatalogue:
    """The resource of each scope, at most a second old.

    While the database is away the last catalogue serves discovery on, for as long as its readers may keep the
    document anyway; tokens need the client as well, which is not served on.
    """

    def __init__(self, outage: int) -> None:
        """Take how long (seconds) the last catalogue may be served while the database is away."""
        self._cache: ShortCache[str, dict[str, Resource]] = ShortCache(self._read, size=1, outage=outage)

    def by_scope(self) -> dict[str, Resource]:
        """Return the resource of each scope; the same object until it was read again."""
        return self._cache.get("") or {}

    def _read(self, _key: str) -> dict[str, Resource]:
        return {scope: resource for resource in resources.everything() for scope in resource.scopes}


class ThrottledSecrets:
    """Counts failed client authentications, and tells the audit trail when the door closes."""

    def __init__(self, failures: Failures) -> None:
        """Take the shared counters."""
        self._failures = failures

    def failed(self, client_id: str, source: str, request_id: str) -> int | None:
        """Count a failure; return the seconds after which to try again when there were too many."""
        verdict = self._failures.failed(client_id, source)
        metrics.count_failure(throttled=verdict.retry_after is not None)
        if verdict.first:
            # One event per window, not per failure: an attacker must not be able to fill the trail.
            origin = Origin("anonymous", source, request_id)
            record(origin, "client.throttled", target=client_id, result="refused")
        return verdict.retry_after
