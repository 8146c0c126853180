"""How many letters strangers may ask for: to one address, from one network, in all (ASVS 2.4.1)."""

from limits import RateLimitItemPerHour

from authserver.base.source import network_of
from authserver.throttle.shared import Bucket, Counters


class MailLimits:
    """Letters asked for in an hour, in the shared counters of all workers and instances."""

    def __init__(self, redis_url: str | None, per_address: int, per_source: int, in_all: int) -> None:
        """Take where to count (None: the database) and how many letters an hour may be asked for."""
        self._counters = Counters(redis_url)
        self._per_address = RateLimitItemPerHour(per_address, namespace="letters-address")
        self._per_source = RateLimitItemPerHour(per_source, namespace="letters-source")
        self._in_all = RateLimitItemPerHour(in_all, namespace="letters-in-all")

    def allow(self, address: str, source: str) -> bool:
        """Count a wish for a letter to a canonical address; return whether it may be written."""
        buckets = (
            Bucket(self._per_address, (address,)),
            Bucket(self._per_source, (network_of(source),)),
            Bucket(self._in_all, ()),
        )
        return self._counters.count(buckets).retry_after is None
