"""How many tokens software may take: an API client, and an organization with all of its clients."""

from limits import RateLimitItemPerHour

from authserver.throttle.shared import Bucket, Counters, Verdict


class IssuanceQuota:
    """Tokens of an hour, in the shared counters of all workers and instances.

    It is off by default: each token counted costs a write, in Redis or in the database.
    """

    def __init__(
        self, redis_url: str | None, per_client: int, per_organization: int, *, counting: bool = True
    ) -> None:
        """Take where to count (None: the database) and how many tokens an hour each has; 0 is no limit."""
        self._counters = Counters(redis_url, counting=counting)
        self._per_client = _limit(per_client, "tokens-client")
        self._per_organization = _limit(per_organization, "tokens-organization")

    def spend(self, client_id: str, organization_id: str) -> Verdict:
        """Count one token; a verdict to wait means that all of this hour are spent."""
        limits = ((self._per_client, client_id), (self._per_organization, organization_id))
        buckets = [Bucket(limit, (key,)) for limit, key in limits if limit]
        return self._counters.count(buckets) if buckets else Verdict()


def _limit(amount: int, namespace: str) -> RateLimitItemPerHour | None:
    return RateLimitItemPerHour(amount, namespace=namespace) if amount else None
