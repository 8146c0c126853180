"""The end of patience with a connection: then it is closed, whatever either side is doing."""

import contextlib
import socket
import threading
import time
from typing import Self


class Deadline:
    """Ends a connection when the time of an attempt is over, whatever either side is doing.

    A timeout alone does not: a server that sends one byte now and then never meets it.
    """

    def __init__(self, seconds: float) -> None:
        """Take how long an attempt may take; the time begins to run with the `with` block."""
        self._seconds = seconds
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._ends = 0.0
        self.over = False

    def __enter__(self) -> Self:
        """Begin."""
        self._ends = time.monotonic() + self._seconds
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching."""
        self._timer.cancel()
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None

    @property
    def left(self) -> float:
        """Seconds that are left. Raises TimeoutError when there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def watch(self, connected: socket.socket) -> None:
        """Watch a connection. Raises TimeoutError when the time is over already."""
        with self._lock:
            if self.over:
                connected.close()
                raise TimeoutError
            # A second handle on the same connection: TLS takes the first one into its own hands.
            self._handle = connected.dup()

    def _end(self) -> None:
        with self._lock:
            self.over = True
            if self._handle is not None:
                with contextlib.suppress(OSError):
                    self._handle.shutdown(socket.SHUT_RDWR)
