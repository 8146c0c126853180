from dataclasses import replace

import pytest
from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.keys import store
from authserver.keys.lifecycle import ALGORITHMS, HINTS_KEPT, LEEWAY
from authserver.keys.rotation import BACKDATED, Rotation
from authserver.keys.vault import Vault, VaultError
from authserver.web.unit_of_work import UnitOfWork
from tests.keys.conftest import AHEAD, POLICY, states
from tests.support.application import Clock, race, trail


def test_the_first_keys_are_one_of_each_algorithm_and_sign_at_once(app: Flask, acts: Rotation) -> None:
    with UnitOfWork(app):
        made = acts.ensure(SYSTEM)
        assert sorted(key.algorithm for key in made) == sorted(ALGORITHMS)
        assert {its for _, its in acts.states()} == {"active"}
        assert acts.ensure(SYSTEM) == []
    with UnitOfWork(app):
        assert acts.ensure(SYSTEM) == []
        assert len(acts.states()) == 3
    assert [event.action for event in trail(app)] == ["key.created"] * 3


def test_what_is_missing_is_made_and_what_is_there_stays(app: Flask, acts: Rotation) -> None:
    with UnitOfWork(app):
        kept = acts.replace_now(SYSTEM, ("RS256",))
    with UnitOfWork(app):
        assert sorted(key.algorithm for key in acts.ensure(SYSTEM)) == ["ES256", "EdDSA"]
        assert kept[0] in [key for key, _ in acts.states()]


def test_two_instances_that_race_make_one_key_of_each_algorithm(
    twins: tuple[Flask, Flask], acts: Rotation
) -> None:
    def ensure(number: int) -> int:
        with UnitOfWork(twins[number % 2]):
            return len(acts.ensure(SYSTEM))

    made = race(16, ensure)
    assert sorted(map(str, made)) == ["0"] * 15 + ["3"]
    with UnitOfWork(twins[0]):
        assert sorted(key.algorithm for key, _ in acts.states()) == sorted(ALGORITHMS)


def test_two_instances_that_rotate_at_once_publish_one_successor(
    twins: tuple[Flask, Flask], acts: Rotation
) -> None:
    with UnitOfWork(twins[0]):
        acts.ensure(SYSTEM)

    def rotate(number: int) -> int:
        with UnitOfWork(twins[number % 2]):
            return len(acts.rotate(SYSTEM, ("ES256",)))

    assert sorted(map(str, race(16, rotate))) == ["0"] * 15 + ["1"]
    with UnitOfWork(twins[1]):
        assert states(acts) == ["active", "next"]


def test_a_successor_is_published_first_and_signs_once_every_verifier_knows_it(
    app: Flask, acts: Rotation, clock: Clock
) -> None:
    with UnitOfWork(app):
        acts.ensure(SYSTEM)
        clock.advance(10)
        (successor,) = acts.rotate(SYSTEM, ("ES256",))
        assert successor.activates_at == clock() + AHEAD
        assert states(acts) == ["active", "next"]
        assert states(acts, "RS256") == ["active"]
        assert acts.rotate(SYSTEM, ("ES256",)) == []
        clock.advance(AHEAD - 1)
        assert states(acts) == ["active", "next"]
        clock.advance(1)
        assert states(acts) == ["retiring", "active"]
        clock.advance(POLICY.token_life + LEEWAY)
        assert states(acts) == ["gone", "active"]
    assert [event.action for event in trail(app)] == ["key.created"] * 3 + ["key.rotated"]


def test_a_key_that_is_gone_loses_its_private_part_then_everything_and_no_other_does(
    app: Flask, acts: Rotation, clock: Clock
) -> None:
    with UnitOfWork(app):
        acts.ensure(SYSTEM)
        acts.rotate(SYSTEM, ("ES256",))
        clock.advance(AHEAD + POLICY.token_life + LEEWAY - 1)
        acts.drop_gone()
        assert states(acts) == ["retiring", "active"]
        assert all(key.signs for key in store.everything())
        clock.advance(1)
        acts.drop_gone()
        assert states(acts) == ["gone", "active"]
        assert [key.times.algorithm for key in store.everything() if not key.signs] == ["ES256"]
        acts.check_sealed()
        assert acts.rewrap(SYSTEM) == 3
        clock.advance(HINTS_KEPT)
        acts.drop_gone()
        assert states(acts) == ["active"]
        assert states(acts, "RS256") == ["active"]


def test_in_an_emergency_a_new_key_signs_at_once_and_every_other_is_withdrawn(
    app: Flask, acts: Rotation, clock: Clock
) -> None:
    with UnitOfWork(app):
        first = acts.ensure(SYSTEM)
        waiting = acts.rotate(SYSTEM, ("ES256",))
        clock.advance(1)
    with UnitOfWork(app):
        (new,) = acts.replace_now(SYSTEM, ("ES256",))
        assert [(key.kid, its) for key, its in acts.states() if key.algorithm == "ES256"] == [
            (new.kid, "active")
        ]
        assert states(acts, "RS256") == ["active"]
    withdrawn = {key.kid for key in (*first, *waiting) if key.algorithm == "ES256"}
    assert {event.target for event in trail(app) if event.action == "key.revoked"} == withdrawn


def test_two_emergencies_at_once_leave_one_key(twins: tuple[Flask, Flask], acts: Rotation) -> None:
    def replace(number: int) -> None:
        with UnitOfWork(twins[number % 2]):
            acts.replace_now(SYSTEM, ("ES256",))

    assert race(8, replace) == [None] * 8
    with UnitOfWork(twins[0]):
        assert states(acts) == ["active"]


def test_keys_are_replaced_on_time_and_each_signs_for_about_the_interval(
    app: Flask, acts: Rotation, clock: Clock
) -> None:
    with UnitOfWork(app):
        acts.ensure(SYSTEM)
        clock.advance(POLICY.interval - BACKDATED - AHEAD)
        assert acts.rotate_due(SYSTEM) == []
        clock.advance(AHEAD - POLICY.verifier_cache)
        made = acts.rotate_due(SYSTEM)
        assert sorted(key.algorithm for key in made) == sorted(ALGORITHMS)
        assert acts.rotate_due(SYSTEM) == []
        clock.advance(AHEAD)
        assert states(acts) == ["retiring", "active"]
        assert acts.rotate_due(SYSTEM) == []


def test_rotation_by_hand_means_that_nothing_is_ever_due(app: Flask, acts: Rotation, clock: Clock) -> None:
    by_hand = Rotation(acts.vault, clock, replace(POLICY, interval=0))
    with UnitOfWork(app):
        by_hand.ensure(SYSTEM)
        clock.advance(10**9)
        assert by_hand.rotate_due(SYSTEM) == []


def test_an_act_that_fails_leaves_no_key_and_no_event(app: Flask, acts: Rotation) -> None:
    def fail() -> None:
        with UnitOfWork(app):
            acts.ensure(SYSTEM)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with UnitOfWork(app):
        assert store.everything() == []
    assert trail(app) == []


def test_a_wrong_master_key_makes_no_key(app: Flask, acts: Rotation, clock: Clock) -> None:
    with UnitOfWork(app):
        acts.ensure(SYSTEM)
    stranger = replace(acts, vault=Vault("another-master-key-0123456789-abcdefghijklmnop"))
    with pytest.raises(VaultError), UnitOfWork(app):
        stranger.rotate(SYSTEM)
    with UnitOfWork(app):
        assert states(acts, "ES256") == ["active"]


def test_an_emergency_needs_no_key_that_was_lost(app: Flask, acts: Rotation) -> None:
    with UnitOfWork(app):
        acts.ensure(SYSTEM)
        made = replace(acts, vault=Vault("another-master-key-0123456789-abcdefghijklmnop")).replace_now(
            SYSTEM
        )
    assert sorted(key.algorithm for key in made) == sorted(ALGORITHMS)


def test_a_key_that_signs_at_once_does_so_for_a_slower_clock_too(
    app: Flask, acts: Rotation, clock: Clock
) -> None:
    with UnitOfWork(app):
        acts.ensure(SYSTEM)
        acts.replace_now(SYSTEM, ("ES256",))
        clock.advance(-300)
        assert states(acts, "ES256") == ["active"]
