"""How many letters strangers may ask for: to one address, from one network, in all (ASVS 2.4.1)."""

from limits import RateLimitItemPerHour

from authserver.base.source import network_of, site_of
from authserver.throttle.shared import Bucket, Counters, Verdict

SITE = 4
"""Times the letters of one network that a site may ask for: an IPv4 /24, an IPv6 /48."""


class MailLimits:
    """Letters asked for in an hour, in the shared counters of all workers and instances."""

    def __init__(
        self, redis_url: str | None, per_address: int, per_source: int, in_all: int, *, counting: bool = True
    ) -> None:
        """Take where to count (None: the database) and how many letters an hour may be asked for."""
        self._counters = Counters(redis_url, counting=counting)
        self._per_address = RateLimitItemPerHour(per_address, namespace="letters-address")
        self._per_source = RateLimitItemPerHour(per_source, namespace="letters-source")
        self._per_site = RateLimitItemPerHour(SITE * per_source, namespace="letters-site")
        self._in_all = RateLimitItemPerHour(in_all, namespace="letters-in-all")

    def ask(self, address: str, source: str) -> Verdict:
        """Count a wish for a letter to a canonical address; a verdict to wait means that none is written."""
        buckets = (
            Bucket(self._per_address, (address,)),
            Bucket(self._per_source, (network_of(source),)),
            # Who holds a whole site has many networks, and must not use up everybody's letters.
            Bucket(self._per_site, (site_of(source),)),
            Bucket(self._in_all, ()),
        )
        return self._counters.count(buckets)
