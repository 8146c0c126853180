"""Failed attempts and what they cost: after too many in a minute, the answer says when to come back."""

import ipaddress
import math
import time
from dataclasses import dataclass

import structlog
from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter, RateLimiter

from authserver.throttle.storage import DatabaseStorage

log = structlog.get_logger()

REDIS_OPTIONS: dict[str, float] = {"socket_timeout": 1, "socket_connect_timeout": 1}
"""Seconds to wait for Redis; a failed sign-in must not hang on it."""

Limits = tuple[tuple[RateLimitItemPerMinute, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the counters say of a failure. `first` marks the failure that closed the door."""

    retry_after: int | None = None
    first: bool = False


class Failures:
    """Counts failures of a client at a source, and of a source with any client, in windows of a minute."""

    def __init__(self, redis_url: str | None, per_client: int, per_source: int) -> None:
        """Take where to count (None: the database) and how many failures a minute are met with patience."""
        self._database = FixedWindowRateLimiter(DatabaseStorage())
        # The library loads the Redis client only when an address asks for it.
        storage = storage_from_string(redis_url, **REDIS_OPTIONS) if redis_url else None
        self._shared = FixedWindowRateLimiter(storage) if storage else self._database
        self._per_client = RateLimitItemPerMinute(per_client, namespace="client-failures")
        self._per_source = RateLimitItemPerMinute(per_source, namespace="source-failures")

    def failed(self, client_id: str, source: str) -> Verdict:
        """Count one failure and judge it.

        Redis being away costs nothing but its speed: the database counts on.
        """
        network = _network(source)
        limits: Limits = ((self._per_source, (network,)), (self._per_client, (client_id, network)))
        try:
            return _judge(self._shared, limits)
        except self._shared.storage.base_exceptions as error:
            if self._shared is self._database:
                raise
            log.warning("throttle.redis_away", error=type(error).__name__)
            return _judge(self._database, limits)


def _network(source: str) -> str:
    """Return what one caller surely holds: an IPv4 address, or the /64 network that an IPv6 line is given."""
    try:
        address = ipaddress.ip_address(source.partition("%")[0])
    except ValueError:
        return source
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    # On a socket for both versions a caller by IPv4 looks like ::ffff:192.0.2.1 (RFC 4291 section 2.5.5.2).
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _judge(limiter: RateLimiter, limits: Limits) -> Verdict:
    for item, key in limits:
        # A closed door is looked at, not counted: an attacker can't make the server write for ever.
        if not limiter.test(item, *key):
            return Verdict(max(1, math.ceil(limiter.get_window_stats(item, *key).reset_time - time.time())))
    for item, key in limits:
        limiter.hit(item, *key)
    return Verdict(first=not all(limiter.test(item, *key) for item, key in limits))
