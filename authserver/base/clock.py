"""Time as this server stores and compares it: whole Unix seconds, UTC."""

import time
from collections.abc import Callable

Clock = Callable[[], int]


def now() -> int:
    """Return the current time in Unix seconds."""
    return int(time.time())


def iso(at: int) -> str:
    """Return a Unix time (seconds) as an ISO 8601 text in UTC, for people to read."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
