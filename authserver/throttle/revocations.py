"""How many access tokens may be given back one by one: each is told to all who verify tokens offline."""

from limits import RateLimitItemPerHour

from authserver.throttle.shared import Bucket, Counters

OF_ONE = 1000
"""Tokens of an API client, or of a person at one application."""

OF_AN_ORGANIZATION = 5000
"""Tokens of all API clients of an organization: it may have very many."""


class Revocations:
    """Tokens given back in an hour, in the shared counters of all workers and instances."""

    def __init__(self, redis_url: str | None, *, counting: bool = True) -> None:
        """Take where to count (None: the database), and whether anything is counted at all."""
        self._counters = Counters(redis_url, counting=counting)
        self._of_one = RateLimitItemPerHour(OF_ONE, namespace="revocations-one")
        self._of_all = RateLimitItemPerHour(OF_AN_ORGANIZATION, namespace="revocations-organization")

    def of_person(self, client_id: str, subject: str) -> int | None:
        """Count a token of a person; return the seconds after which the next may come when all have come."""
        return self._counters.count([Bucket(self._of_one, (client_id, subject))]).retry_after

    def of_machine(self, client_id: str, organization_id: str) -> int | None:
        """Count a token of an API client itself; return the same."""
        buckets = (Bucket(self._of_one, (client_id,)), Bucket(self._of_all, (organization_id,)))
        return self._counters.count(buckets).retry_after
