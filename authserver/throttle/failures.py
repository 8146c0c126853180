"""Failed attempts and what they cost: after too many in a minute, the answer says when to come back."""

import ipaddress
import math
import time
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter, RateLimiter

from authserver.base.cache import MAX_AGE
from authserver.throttle.storage import DatabaseStorage

log = structlog.get_logger()

REDIS_OPTIONS: dict[str, float] = {"socket_timeout": 1, "socket_connect_timeout": 1}
"""Seconds to wait for Redis; a failed sign-in must not hang on it."""

REDIS_PAUSE = 5
"""Seconds for which a Redis that was away is not asked again: no failure waits for it meanwhile."""

DOORS_KEPT = 10_000
"""Closed doors in memory at most."""

Limits = tuple[tuple[RateLimitItemPerMinute, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the counters say of a failure. `first` marks the failure that closed the door."""

    retry_after: int | None = None
    first: bool = False


class Judgement(NamedTuple):
    """A verdict, the door that is closed, and when it opens (Unix seconds)."""

    verdict: Verdict
    door: tuple[str, ...] = ()
    opens_at: float = 0


class Failures:
    """Counts failures of a client at a source, and of a source with any client, in windows of a minute."""

    def __init__(self, redis_url: str | None, per_client: int, per_source: int) -> None:
        """Take where to count (None: the database) and how many failures a minute are met with patience."""
        self._database = FixedWindowRateLimiter(DatabaseStorage())
        # The library loads the Redis client only when an address asks for it.
        storage = storage_from_string(redis_url, **REDIS_OPTIONS) if redis_url else None
        self._shared = FixedWindowRateLimiter(storage) if storage else self._database
        self._closed: dict[tuple[str, ...], tuple[float, float]] = {}
        self._redis_again_at = 0.0
        self._per_client = RateLimitItemPerMinute(per_client, namespace="client-failures")
        self._per_source = RateLimitItemPerMinute(per_source, namespace="source-failures")

    def failed(self, client_id: str, source: str) -> Verdict:
        """Count one failure and judge it."""
        network = _network(source)
        limits: Limits = ((self._per_source, (network,)), (self._per_client, (client_id, network)))
        for _, key in limits:
            seen, opens_at = self._closed.get(key, (0.0, 0.0))
            # A flood at a closed door costs no look at the counters; what is kept is a second old at most.
            if seen + MAX_AGE > time.monotonic() and opens_at > time.time():
                return Verdict(_wait(opens_at))
        verdict, door, opens_at = self._count(limits)
        if door:
            if len(self._closed) >= DOORS_KEPT:
                self._closed = {}
            self._closed[door] = (time.monotonic(), opens_at)
        return verdict

    def _count(self, limits: Limits) -> Judgement:
        """Ask the shared counters; Redis being away costs nothing but its speed: the database counts on."""
        if self._shared is self._database or self._redis_again_at > time.monotonic():
            return _judge(self._database, limits)
        try:
            return _judge(self._shared, limits)
        except self._shared.storage.base_exceptions as error:
            self._redis_again_at = time.monotonic() + REDIS_PAUSE
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


def _judge(limiter: RateLimiter, limits: Limits) -> Judgement:
    for item, key in limits:
        # A closed door is looked at, not counted: an attacker can't make the server write for ever.
        if not limiter.test(item, *key):
            opens_at = limiter.get_window_stats(item, *key).reset_time
            return Judgement(Verdict(_wait(opens_at)), key, opens_at)
    for item, key in limits:
        limiter.hit(item, *key)
    return Judgement(Verdict(first=not all(limiter.test(item, *key) for item, key in limits)))


def _wait(opens_at: float) -> int:
    return max(1, math.ceil(opens_at - time.time()))
