import pytest
from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.keys import store
from authserver.keys.rotation import Rotation
from authserver.keys.vault import Vault, VaultError
from authserver.web.unit_of_work import UnitOfWork
from tests.keys.conftest import POLICY
from tests.support.application import Clock, trail
from tests.support.server import MASTER_KEY

NEW_KEY = "another-master-key-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def sealed(app: Flask) -> dict[str, bytes]:
    with UnitOfWork(app):
        return {key.times.kid: key.sealed_private_key for key in store.everything()}


def test_after_resealing_the_previous_master_key_is_needed_no_more(
    app: Flask, acts: Rotation, clock: Clock
) -> None:
    with UnitOfWork(app):
        acts.ensure(SYSTEM)
    both = Rotation(Vault(NEW_KEY, MASTER_KEY), clock, POLICY)
    alone = Rotation(Vault(NEW_KEY), clock, POLICY)
    with UnitOfWork(app):
        both.check_sealed()
        with pytest.raises(VaultError):
            alone.check_sealed()
        assert both.rewrap(SYSTEM) == 3
    with UnitOfWork(app):
        alone.check_sealed()
        with pytest.raises(VaultError):
            acts.check_sealed()
    assert [event.action for event in trail(app)].count("key.rewrapped") == 1


def test_resealing_with_a_wrong_key_changes_nothing(app: Flask, acts: Rotation, clock: Clock) -> None:
    with UnitOfWork(app):
        acts.ensure(SYSTEM)
    before, told = sealed(app), trail(app)
    wrong = Rotation(Vault(NEW_KEY, NEW_KEY.swapcase()), clock, POLICY)
    with pytest.raises(VaultError), UnitOfWork(app):
        wrong.rewrap(SYSTEM)
    assert sealed(app) == before
    assert trail(app) == told


def test_one_key_that_can_not_be_opened_keeps_all_as_they_were(
    app: Flask, acts: Rotation, clock: Clock
) -> None:
    with UnitOfWork(app):
        acts.ensure(SYSTEM)
        last = store.everything()[-1].times.kid
        store.reseal(last, b"altered")
    before = sealed(app)
    with pytest.raises(VaultError), UnitOfWork(app):
        Rotation(Vault(NEW_KEY, MASTER_KEY), clock, POLICY).rewrap(SYSTEM)
    assert sealed(app) == before


def test_a_copy_of_the_database_alone_can_not_sign(app: Flask, acts: Rotation) -> None:
    with UnitOfWork(app):
        acts.ensure(SYSTEM)
        private = [acts.vault.open(key.sealed_private_key, key.times.kid) for key in store.everything()]
    for key, rests in zip(private, sealed(app).values(), strict=True):
        assert key not in rests
        assert key[:16] not in rests
