"""Time as this server stores and compares it: whole Unix seconds, UTC."""

import time
from collections.abc import Callable

Clock = Callable[[], int]

LATEST = 253_402_300_799
"""The last second of the year 9999 (Unix seconds): no text and no page shows a later one."""


def now() -> int:
    """Return the current time in Unix seconds."""
    return int(time.time())


def iso(at: int) -> str:
    """Return a Unix time (seconds) as an ISO 8601 text in UTC, for people to read."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
