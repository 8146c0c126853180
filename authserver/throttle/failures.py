"""Failed attempts and what they cost: after too many in a minute, the answer says when to come back."""

import time
from typing import NamedTuple

from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter, RateLimiter

from authserver.base.cache import MAX_AGE
from authserver.base.source import network_of
from authserver.throttle.shared import Counters, Verdict, wait

DOORS_KEPT = 10_000
"""Closed doors in memory at most."""

Limits = tuple[tuple[RateLimitItemPerMinute, tuple[str, ...]], ...]


class Judgement(NamedTuple):
    """A verdict, the door that is closed, and when it opens (Unix seconds)."""

    verdict: Verdict
    door: tuple[str, ...] = ()
    opens_at: float = 0


class Failures:
    """Counts failures of a client at a source, and of a source with any client, in windows of a minute."""

    def __init__(
        self, redis_url: str | None, per_client: int, per_source: int, *, counting: bool = True
    ) -> None:
        """Take where to count (None: the database) and how many failures a minute are met with patience."""
        self._counters = Counters(redis_url, counting=counting)
        self._closed: dict[tuple[str, ...], tuple[float, float]] = {}
        self._per_client = RateLimitItemPerMinute(per_client, namespace="client-failures")
        self._per_source = RateLimitItemPerMinute(per_source, namespace="source-failures")

    def failed(self, client_id: str, source: str) -> Verdict:
        """Count one failure and judge it."""
        network = network_of(source)
        limits: Limits = ((self._per_source, (network,)), (self._per_client, (client_id, network)))
        for _, key in limits:
            seen, opens_at = self._closed.get(key, (0.0, 0.0))
            # A flood at a closed door costs no look at the counters; what is kept is a second old at most.
            if seen + MAX_AGE > time.monotonic() and opens_at > time.time():
                return Verdict(wait(opens_at))
        verdict, door, opens_at = self._counters.within(
            lambda storage: _judge(FixedWindowRateLimiter(storage), limits)
        )
        if door:
            if len(self._closed) >= DOORS_KEPT:
                self._closed = {}
            self._closed[door] = (time.monotonic(), opens_at)
        return verdict


def _judge(limiter: RateLimiter, limits: Limits) -> Judgement:
    for item, key in limits:
        # A closed door is looked at, not counted: an attacker can't make the server write for ever.
        if not limiter.test(item, *key):
            opens_at = limiter.get_window_stats(item, *key).reset_time
            return Judgement(Verdict(wait(opens_at)), key, opens_at)
    for item, key in limits:
        limiter.hit(item, *key)
    return Judgement(Verdict(first=not all(limiter.test(item, *key) for item, key in limits)))
