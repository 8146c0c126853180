"""How often the audit trail is told of a refusal: once a minute for each act, so that nobody can fill it."""

from limits import RateLimitItemPerMinute

from authserver.throttle.shared import Bucket, Counters


class Refusals:
    """Refusals that were told, in the shared counters of all workers and instances."""

    def __init__(self, redis_url: str | None, *, counting: bool = True) -> None:
        """Take where to count (None: the database)."""
        self._counters = Counters(redis_url, counting=counting)
        self._once = RateLimitItemPerMinute(1, namespace="refusals")

    def is_news(self, actor: str, *act: str) -> bool:
        """Return whether an act was not refused to somebody within this minute; from here on it was."""
        return self._counters.count([Bucket(self._once, (actor, *act))]).retry_after is None
