from collections.abc import Callable

import orjson
import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from authserver.audit.log import SYSTEM
from authserver.base import cache
from authserver.keys.lifecycle import LEEWAY
from authserver.keys.ring import KeyRing, NoSigningKey
from authserver.keys.rotation import Rotation
from authserver.keys.vault import Vault
from authserver.web.unit_of_work import UnitOfWork
from tests.keys.conftest import AHEAD, POLICY
from tests.support.application import Clock, away
from tests.support.server import MASTER_KEY

PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
OUTAGE = 300

NewRing = Callable[[], KeyRing]


@pytest.fixture
def new_ring(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> NewRing:
    """Make rings whose caches follow the same clock."""
    monkeypatch.setattr(cache, "time", clock)
    return lambda: KeyRing(Vault(MASTER_KEY), clock, token_life=POLICY.token_life, outage=OUTAGE)


def published(ring: KeyRing) -> list[str]:
    return [key["kid"] for key in orjson.loads(ring.jwks())["keys"] if key["alg"] == "ES256"]


def test_two_instances_publish_the_same_bytes_and_no_private_member(
    twins: tuple[Flask, Flask], acts: Rotation, new_ring: NewRing
) -> None:
    with UnitOfWork(twins[0]):
        acts.ensure(SYSTEM)
        acts.rotate(SYSTEM)
        one = new_ring().jwks()
    with UnitOfWork(twins[1]):
        assert new_ring().jwks() == one
    keys = orjson.loads(one)["keys"]
    assert len({key["kid"] for key in keys}) == 6
    for key in keys:
        assert not PRIVATE_MEMBERS & set(key)
        assert key["use"] == "sig"


def test_without_keys_the_set_is_empty_and_nobody_signs(app: Flask, new_ring: NewRing) -> None:
    with UnitOfWork(app):
        ring = new_ring()
        assert orjson.loads(ring.jwks()) == {"keys": []}
        assert ring.algorithms() == ()
        with pytest.raises(NoSigningKey, match="ES256"):
            ring.signer("ES256")


def test_a_successor_is_in_the_set_before_it_signs_and_the_old_key_stays_while_its_tokens_live(
    app: Flask, acts: Rotation, clock: Clock, new_ring: NewRing
) -> None:
    ring = new_ring()
    with UnitOfWork(app):
        old = next(key.kid for key in acts.ensure(SYSTEM) if key.algorithm == "ES256")
        new = acts.rotate(SYSTEM, ("ES256",))[0].kid
        assert set(published(ring)) == {old, new}
        assert ring.signer("ES256").kid == old
        clock.advance(AHEAD)
        assert ring.signer("ES256").kid == new
        assert set(published(ring)) == {old, new}
        clock.advance(POLICY.token_life + LEEWAY)
        assert published(ring) == [new]


def test_an_emergency_is_seen_by_the_other_instance_within_a_second(
    twins: tuple[Flask, Flask], acts: Rotation, clock: Clock, new_ring: NewRing
) -> None:
    ring = new_ring()
    with UnitOfWork(twins[0]):
        acts.ensure(SYSTEM)
    with UnitOfWork(twins[1]):
        old = ring.signer("ES256").kid
    with UnitOfWork(twins[0]):
        (new,) = acts.replace_now(SYSTEM, ("ES256",))
    clock.advance(1)
    with UnitOfWork(twins[1]):
        assert ring.signer("ES256").kid == new.kid
        assert published(ring) == [new.kid]
    assert old not in ring._signers


def test_a_key_is_opened_once_not_for_every_token(
    app: Flask, acts: Rotation, clock: Clock, new_ring: NewRing
) -> None:
    ring = new_ring()
    with UnitOfWork(app):
        acts.ensure(SYSTEM)
        first = ring.signer("ES256")
        clock.advance(5)
        assert ring.signer("ES256") is first
        assert ring.jwks() == ring.jwks()


def test_while_the_database_is_away_the_set_is_served_on_for_as_long_as_verifiers_may_keep_it(
    app: Flask, acts: Rotation, clock: Clock, new_ring: NewRing
) -> None:
    ring = new_ring()
    with UnitOfWork(app):
        acts.ensure(SYSTEM)
        before = ring.jwks()
    with away(app):
        clock.advance(OUTAGE - 1)
        with UnitOfWork(app):
            assert ring.jwks() == before
        clock.advance(1)
        with pytest.raises(OperationalError), UnitOfWork(app):
            ring.jwks()
    with UnitOfWork(app):
        assert ring.jwks() == before
