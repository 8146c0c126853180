"""Which key signs when: pure rules over times, no clock and no database.

next: published, does not sign yet. active: signs. retiring: signs no more, still published, because tokens
that it signed may still be valid. gone: published no more; what it signed still tells this server whom an
expired ID token was about. forgotten: not even that. The state follows from times alone, so that every
instance comes to the same answer without telling the others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

LEEWAY = 600
"""Seconds by which the clocks of instances and verifiers may differ."""

Algorithm = Literal["ES256", "RS256", "EdDSA"]
ALGORITHMS: tuple[Algorithm, ...] = ("ES256", "RS256", "EdDSA")

HINTS_KEPT = 31 * 86_400
"""Seconds for which expired ID tokens are read: as long as a session may live."""

State = Literal["next", "active", "retiring", "gone", "forgotten"]


@dataclass(frozen=True, slots=True)
class KeyTimes:
    """When a key was published and since when it signs (Unix seconds)."""

    kid: str
    algorithm: Algorithm
    published_at: int
    activates_at: int


def state(key: KeyTimes, keys: Iterable[KeyTimes], now: int, token_life: int) -> State:
    """Return the state of a key among all keys.

    `token_life` is the longest life of a token it signed (seconds).
    """
    if key.activates_at > now:
        return "next"
    successor = min((other.activates_at for other in keys if _follows(other, key)), default=None)
    if successor is None or successor > now:
        return "active"
    silent = successor + token_life + LEEWAY
    if now < silent:
        return "retiring"
    return "gone" if now < silent + HINTS_KEPT else "forgotten"


def activation(now: int, jwks_max_age: int, verifier_cache: int) -> int:
    """Return when a key published now may sign: once every verifier has surely fetched it.

    Longer than the JWKS max-age, and than the cache of the slowest verifier (all seconds).
    """
    return now + max(jwks_max_age, verifier_cache) + LEEWAY


def _follows(other: KeyTimes, key: KeyTimes) -> bool:
    if other.algorithm != key.algorithm:
        return False
    return (other.activates_at, other.published_at, other.kid) > (key.activates_at, key.published_at, key.kid)
