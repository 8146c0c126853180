"""Waiting for what other processes do: long enough for the slowest machine, and no longer than needed."""

import time
from collections.abc import Iterator

PATIENCE = 60.0
"""Seconds until a test gives up. How fast a machine is, no test says: `make bench` does."""


def attempts(pause: float = 0.05) -> Iterator[None]:
    """Say when to look again, every few hundredths of a second, until patience is at its end."""
    given_up_at = time.monotonic() + PATIENCE
    while time.monotonic() < given_up_at:
        yield
        time.sleep(pause)
