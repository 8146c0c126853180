"""Making, replacing and resealing signing keys.

Every act locks the set of keys, so that two instances agree.
"""

from dataclasses import dataclass

from authserver.audit.log import Origin, record
from authserver.base.clock import Clock
from authserver.keys import store
from authserver.keys.lifecycle import ALGORITHMS, Algorithm, KeyTimes, State, activation, state
from authserver.keys.making import make
from authserver.keys.vault import Vault

BACKDATED = 3600
"""Seconds by which a key that must sign at once claims to have begun: no slower clock waits for it."""


@dataclass(frozen=True, slots=True)
class RotationPolicy:
    """How long things last (seconds).

    Tokens, the caches of verifiers, and a key before it is replaced (0: for ever).
    """

    token_life: int
    jwks_max_age: int
    verifier_cache: int
    interval: int


@dataclass(frozen=True, slots=True)
class Rotation:
    """The acts on the set of signing keys."""

    vault: Vault
    clock: Clock
    policy: RotationPolicy

    def ensure(self, origin: Origin) -> list[KeyTimes]:
        """Make the first key of each algorithm that has none; it signs at once. Return what was made."""
        present = {key.times.algorithm for key in store.everything()}
        if present >= set(ALGORITHMS):
            return []
        store.lock()
        self.check_sealed()
        present = {key.times.algorithm for key in store.everything()}
        begins = self.clock() - BACKDATED
        return [self._make(name, begins, origin, "key.created") for name in ALGORITHMS if name not in present]

    def rotate(self, origin: Origin, algorithms: tuple[Algorithm, ...] = ALGORITHMS) -> list[KeyTimes]:
        """Publish a successor for each algorithm; it signs once every verifier knows it.

        An algorithm whose successor is published already gets no second one. Returns what was made.
        """
        store.lock()
        # A key sealed with another master key would sign in a day, where no instance could open it.
        self.check_sealed()
        now = self.clock()
        waiting = {times.algorithm for times, its in self.states() if its == "next"}
        begins = activation(now, self.policy.jwks_max_age, self.policy.verifier_cache)
        return [self._make(name, begins, origin, "key.rotated") for name in algorithms if name not in waiting]

    def replace_now(self, origin: Origin, algorithms: tuple[Algorithm, ...] = ALGORITHMS) -> list[KeyTimes]:
        """Emergency: a new key signs at once; every other key of the algorithm is gone with its tokens."""
        store.lock()
        for key in store.everything():
            if key.times.algorithm in algorithms:
                store.remove(key.times.kid)
                record(origin, "key.revoked", target=key.times.kid, algorithm=key.times.algorithm)
        begins = self.clock() - BACKDATED
        return [self._make(name, begins, origin, "key.created") for name in algorithms]

    def rotate_due(self, origin: Origin) -> list[KeyTimes]:
        """Publish successors of the keys that have signed long enough; each signs for about the interval."""
        if not self.policy.interval:
            return []
        now = self.clock()
        ahead = max(self.policy.jwks_max_age, self.policy.verifier_cache)
        states = self.states()
        waiting = {times.algorithm for times, its in states if its == "next"}
        due = tuple(
            times.algorithm
            for times, its in states
            if its == "active"
            and times.algorithm not in waiting
            and times.activates_at + self.policy.interval <= now + ahead
        )
        return self.rotate(origin, due) if due else []

    def drop_gone(self) -> None:
        """Destroy the private parts of keys whose last token has expired, and later what is left of them."""
        for times, its in self.states():
            if its == "gone":
                store.reseal(times.kid, store.DESTROYED)
            elif its == "forgotten":
                store.remove(times.kid)

    def rewrap(self, origin: Origin) -> int:
        """Seal every private key with the present master key; return how many.

        Raises VaultError, changing nothing.
        """
        store.lock()
        keys = [key for key in store.everything() if key.signs]
        for key in keys:
            kid = key.times.kid
            store.reseal(kid, self.vault.seal(self.vault.open(key.sealed_private_key, kid), kid))
        record(origin, "key.rewrapped", target="all", count=str(len(keys)))
        return len(keys)

    def check_sealed(self) -> None:
        """Open every private key and forget it. Raises VaultError when the master keys at hand don't."""
        for key in store.everything():
            if key.signs:
                self.vault.open(key.sealed_private_key, key.times.kid)

    def states(self) -> list[tuple[KeyTimes, State]]:
        """Return every key with its state now."""
        times = [key.times for key in store.everything()]
        now = self.clock()
        return [(key, state(key, times, now, self.policy.token_life)) for key in times]

    def _make(self, algorithm: Algorithm, activates_at: int, origin: Origin, action: str) -> KeyTimes:
        key = make(algorithm, self.vault, self.clock(), activates_at)
        store.add(key)
        record(origin, action, target=key.times.kid, algorithm=algorithm)
        return key.times
