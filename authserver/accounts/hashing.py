"""Where passwords are hashed: one at a time, apart from the threads that answer requests.

A hash takes tens of milliseconds of a core and megabytes of memory. So few requests may wait for one, the
next is told to come back (ASVS 2.4.1); and the thread that hashes steps back behind those that answer.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from authserver.base.errors import Busy

P = ParamSpec("P")
R = TypeVar("R")

NICENESS = 5
"""How far the hashing thread steps back on a busy core (Linux: each thread has its own)."""

COME_BACK = 2
"""Seconds after which a request that found no place is worth another try."""


class HashPool:
    """Threads that hash, and places for requests that may wait for them."""

    def __init__(self, hashes_at_once: int, requests_at_once: int) -> None:
        """Take how many hashes run at once, and how many requests may hold a place."""
        self._size = hashes_at_once
        self._free = requests_at_once
        self._lock = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None

    @contextlib.contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place while the block runs. Raises Busy, at once, when all are taken."""
        with self._lock:
            if self._free <= 0:
                raise Busy(COME_BACK)
            self._free -= 1
        try:
            yield
        finally:
            with self._lock:
                self._free += 1

    def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what a function returns that runs in a hashing thread, when its turn comes."""
        return self._pool().submit(work, *args, **kwargs).result()

    def _pool(self) -> ThreadPoolExecutor:
        # Made at first use: a thread that was started before a fork would be missing in the worker.
        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(
                    self._size, thread_name_prefix="hashing", initializer=_step_back
                )
            return self._threads


def _step_back() -> None:
    # Nothing depends on it: where the system refuses, all threads have the same rank.
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
