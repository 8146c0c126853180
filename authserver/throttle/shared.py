"""Counters that all workers and instances share: in Redis when it is configured, else in the database."""

import hashlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import structlog
from limits import RateLimitItem
from limits.storage import Storage, storage_from_string

from authserver.throttle.storage import DatabaseStorage, NoStorage

log = structlog.get_logger()

T = TypeVar("T")

REDIS_OPTIONS: dict[str, float] = {"socket_timeout": 1, "socket_connect_timeout": 1}
"""Seconds to wait for Redis; a failed sign-in must not hang on it."""

REDIS_PAUSE = 5
"""Seconds for which a Redis that was away is not asked again: no failure waits for it meanwhile."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the counters say of an attempt. `first` marks the one that closed the door."""

    retry_after: int | None = None
    first: bool = False


class Bucket(NamedTuple):
    """A counter and its limit."""

    item: RateLimitItem
    key: tuple[str, ...]

    @property
    def name(self) -> str:
        """The key under which it is stored: a digest, so that no address stands in Redis either."""
        # As a tuple is written no part can run into the next, whatever stands in it.
        return self.item.key_for(hashlib.sha256(ascii(self.key).encode()).hexdigest())


class Counters:
    """The storage of counters; Redis being away costs nothing but its speed: the database counts on."""

    def __init__(self, redis_url: str | None, *, counting: bool = True) -> None:
        """Take the address of Redis, None for the database alone, and whether anything is counted at all."""
        self._database: Storage = DatabaseStorage() if counting else NoStorage()
        # The library loads the Redis client only when an address asks for it.
        self._redis = storage_from_string(redis_url, **REDIS_OPTIONS) if redis_url and counting else None
        self._redis_again_at = 0.0

    def within(self, act: Callable[[Storage], T]) -> T:
        """Return what an act on the storage returns."""
        redis = self._redis
        if redis is None or self._redis_again_at > time.monotonic():
            return act(self._database)
        try:
            return act(redis)  # type: ignore[arg-type] # the library's type allows asynchronous ones too
        except redis.base_exceptions as error:
            self._redis_again_at = time.monotonic() + REDIS_PAUSE
            log.warning("throttle.redis_away", error=type(error).__name__)
            return act(self._database)

    def count(self, buckets: Sequence[Bucket]) -> Verdict:
        """Count an attempt in all buckets and judge it; none of them counts it when one is full already.

        Each count is one atomic step, so that attempts at the same moment can't exceed a limit.
        """
        return self.within(lambda storage: _count(storage, buckets))

    def take_back(self, buckets: Sequence[Bucket]) -> None:
        """Take one attempt out of buckets."""
        self.within(lambda storage: _take_back(storage, buckets))

    def clear(self, bucket: Bucket) -> None:
        """Empty a bucket."""
        self.within(lambda storage: storage.clear(bucket.name))


def _count(storage: Storage, buckets: Sequence[Bucket]) -> Verdict:
    for bucket in buckets:
        # A full bucket is looked at, not counted: an attacker can't make the server write for ever.
        if storage.get(bucket.name) > bucket.item.amount:
            return Verdict(wait(storage.get_expiry(bucket.name)))
    for bucket in buckets:
        counted = storage.incr(bucket.name, bucket.item.get_expiry())
        if counted > bucket.item.amount:
            first = counted == bucket.item.amount + 1
            return Verdict(wait(storage.get_expiry(bucket.name)), first)
    return Verdict()


def _take_back(storage: Storage, buckets: Sequence[Bucket]) -> None:
    for bucket in buckets:
        # A window that ended since then owes nobody an attempt: what is below zero would be a gift.
        if storage.get(bucket.name) > 0:
            storage.incr(bucket.name, bucket.item.get_expiry(), -1)


def wait(opens_at: float) -> int:
    """Return the whole seconds until a window ends (Unix seconds)."""
    return max(1, math.ceil(opens_at - time.time()))
