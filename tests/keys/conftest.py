"""A clock that stands, keys that are quickly made, and the acts on them."""

import pytest

from authserver.keys.lifecycle import LEEWAY, State
from authserver.keys.rotation import Rotation, RotationPolicy
from authserver.keys.vault import Vault
from tests.support.application import (
    Clock,
    app,
    migrated,
    quick_keys,
    schema_url,
    shared_database,
    some_rsa_keys,
    twins,
)
from tests.support.server import MASTER_KEY

__all__ = ["app", "migrated", "quick_keys", "schema_url", "shared_database", "some_rsa_keys", "twins"]

POLICY = RotationPolicy(token_life=3600, jwks_max_age=300, verifier_cache=600, interval=90 * 86_400)
AHEAD = 600 + LEEWAY
"""Seconds for which a key is published before it signs, under this policy."""


@pytest.fixture
def clock() -> Clock:
    """A clock that stands."""
    return Clock()


@pytest.fixture
def acts(clock: Clock) -> Rotation:
    """The acts on keys."""
    return Rotation(Vault(MASTER_KEY), clock, POLICY)


def states(acts: Rotation, algorithm: str = "ES256") -> list[State]:
    """Return the states of the keys of an algorithm, in the order in which they sign."""
    return [its for times, its in acts.states() if times.algorithm == algorithm]
