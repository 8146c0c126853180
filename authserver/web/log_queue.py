"""Logging that never waits: a bounded queue, one writer, and lines are dropped when it is stuck."""

import logging
import queue
import sys
import threading
from logging.handlers import QueueHandler

LINES = 10_000
"""Lines that may wait; about 3 MiB at most."""


class DroppingHandler(QueueHandler):
    """Queues formatted lines: a reader of the log that hangs must not hang requests (ASVS 16.3.4)."""

    def __init__(self, formatter: logging.Formatter) -> None:
        """Take how a line looks, and start the one thread that writes."""
        self.lines: queue.Queue[logging.LogRecord] = queue.Queue(LINES)
        self.dropped = 0
        super().__init__(self.lines)
        self.setFormatter(formatter)
        threading.Thread(target=self._write, name="log", daemon=True).start()

    def enqueue(self, record: logging.LogRecord) -> None:
        """Let a line wait to be written, or drop it and count it."""
        try:
            self.lines.put_nowait(record)
        except queue.Full:
            self.dropped += 1

    def _write(self) -> None:
        while True:
            line = self.lines.get().getMessage()
            if self.dropped:
                line = f"{self.dropped} lines were dropped before this one\n{line}"
                self.dropped = 0
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()
