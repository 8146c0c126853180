"""How many requests strangers may leave here: what waits for a person costs a row until it is given up."""

import threading
import time

from authserver.base.source import network_of

WINDOW = 60
"""Seconds."""

NETWORKS_KEPT = 10_000
"""Networks that are counted at most; beyond that, counting begins anew."""


class Arrivals:
    """Counts by network, in the memory of one worker: a guard against floods needs no exact number."""

    def __init__(self, per_minute: int, *, counting: bool = True) -> None:
        """Take how many a network may leave in a minute, and whether anything is counted at all."""
        self._most = per_minute if counting else 0
        self._lock = threading.Lock()
        self._window = 0
        self._counted: dict[str, int] = {}

    def wait(self, source: str) -> int | None:
        """Count one from an address; return the seconds after which to come back when there are too many."""
        now = int(time.time())
        network = network_of(source)
        with self._lock:
            if self._window != now // WINDOW or len(self._counted) >= NETWORKS_KEPT:
                self._window, self._counted = now // WINDOW, {}
            self._counted[network] = self._counted.get(network, 0) + 1
            full = self._most and self._counted[network] > self._most
        return WINDOW - now % WINDOW if full else None
