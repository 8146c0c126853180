"""A cache that may be wrong for at most one second, so that no decision about security is ever older."""

import threading
import time
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy.exc import SQLAlchemyError

MAX_AGE = 1.0
"""Seconds a value may be served after it was read."""

K = TypeVar("K")
V = TypeVar("V")


class Entry(NamedTuple, Generic[V]):
    """A value, when its read began, and when a read was last tried (monotonic seconds)."""

    value: V
    read_at: float
    tried_at: float

    @property
    def good_until(self) -> float:
        """Until when it may be served without another try."""
        return self.tried_at + MAX_AGE


class ShortCache(Generic[K, V]):
    """Values by key, read at most once a second each, and by one thread at a time (single flight)."""

    def __init__(self, load: Callable[[K], V | None], *, size: int = 10_000, outage: float = 0) -> None:
        """Take the function that reads a value (None: there is none) and how many values to keep.

        `outage` says how long (seconds) what was published may be served on while the database is away; it is
        0 for everything that decides who may do what.
        """
        self._load = load
        self._size = size
        self._outage = outage
        self._entries: dict[K, Entry[V]] = {}
        self._flights: dict[K, threading.Lock] = {}

    def get(self, key: K) -> V | None:
        """Return the value read within the last second, or read it."""
        recent = self.recent(key)
        return self.read(key) if recent is None else recent

    def recent(self, key: K) -> V | None:
        """Return the value read within the last second, and never read."""
        entry = self._entries.get(key)
        return entry.value if entry is not None and entry.good_until > time.monotonic() else None

    def read(self, key: K) -> V | None:
        """Read the value now, or take what another thread read since this call began.

        What does not exist is not kept, so that strangers can't fill the cache.
        """
        asked_at = time.monotonic()
        with self._flights.setdefault(key, threading.Lock()):
            entry = self._entries.get(key)
            # Also when that try failed and an older value is served on: one wait for the database is enough.
            if entry is not None and entry.tried_at >= asked_at:
                return entry.value
            try:
                return self._read(key)
            finally:
                self._flights.pop(key, None)

    def _read(self, key: K) -> V | None:
        # The age counts from before the read: what changes during it is seen one second later at most.
        read_at = time.monotonic()
        try:
            value = self._load(key)
        except SQLAlchemyError:
            entry = self._entries.get(key)
            if entry is None or entry.read_at + self._outage <= read_at:
                raise
            self._entries[key] = entry._replace(tried_at=time.monotonic())
            return entry.value
        if value is None:
            self._entries.pop(key, None)
            return None
        if len(self._entries) >= self._size:
            self._make_room()
        self._entries[key] = Entry(value, read_at, read_at)
        return value

    def _make_room(self) -> None:
        now = time.monotonic()
        kept = {key: entry for key, entry in self._entries.copy().items() if entry.good_until > now}
        self._entries = kept if len(kept) < self._size else {}
