"""Guesses of people's passwords: counted before the password is looked at, forgiven when it was right.

Strangers are counted by account and network, by network, and by account over all networks. Whoever signed in
before is counted apart, by device or by network, so that an attack on an account does not shut its owner out.
"""

from limits import RateLimitItemPerHour, RateLimitItemPerMinute

from authserver.base.source import network_of
from authserver.throttle.shared import Bucket, Counters, Verdict

QUARTER = 15
"""Minutes in which wrong passwords add up."""


class Guesses:
    """Attempts to sign in, in the shared counters of all workers and instances."""

    def __init__(
        self, redis_url: str | None, per_account: int, per_source: int, in_all: int, *, counting: bool = True
    ) -> None:
        """Take where to count (None: the database) and how many wrong passwords are met with patience."""
        self._counters = Counters(redis_url, counting=counting)
        self._per_account = RateLimitItemPerMinute(per_account, QUARTER, namespace="guesses-account")
        self._per_device = RateLimitItemPerMinute(per_account, QUARTER, namespace="guesses-device")
        self._per_source = RateLimitItemPerMinute(per_source, QUARTER, namespace="guesses-source")
        self._in_all = RateLimitItemPerHour(in_all, namespace="guesses-in-all")

    def knock(self, account: str, source: str, *, known: bool, device: bytes | None) -> Verdict:
        """Count an attempt on an account, known to exist or not, and judge it.

        `known` says that the account was entered from this device or network before, `device` names the
        device. The count comes first, so that attempts at the same moment can't exceed it.
        """
        return self._counters.count(self._buckets(account, source, known=known, device=device))

    def forgive(self, account: str, source: str, *, known: bool, device: bytes | None) -> None:
        """Forget what a right password was counted as, and wrong ones before it from the same place."""
        own, *shared = self._buckets(account, source, known=known, device=device)
        self._counters.clear(own)
        self._counters.take_back(shared)

    def _buckets(self, account: str, source: str, *, known: bool, device: bytes | None) -> list[Bucket]:
        network = network_of(source)
        if device is not None:
            return [Bucket(self._per_device, (account, device.hex()))]
        buckets = [Bucket(self._per_account, (account, network)), Bucket(self._per_source, (network,))]
        # Also from a known network: else the answer would tell which accounts were ever entered from there.
        return buckets if known else [*buckets, Bucket(self._in_all, (account,))]
