"""The contracts of the stores of sessions and devices, where pages can't show them."""

import pytest
from flask import Flask

from authserver.accounts import directory, sessions
from authserver.accounts.account import Browser
from authserver.accounts.store import accounts, devices
from authserver.accounts.store import sessions as store
from authserver.audit.log import SYSTEM
from authserver.base.clock import now
from authserver.base.handles import digest
from authserver.web.unit_of_work import UnitOfWork

BROWSER = Browser("192.0.2.1", "192.0.2.1", "")
LAPTOP, PHONE, STRANGE = (digest(name) for name in ("laptop", "phone", "strange"))


@pytest.fixture
def anna(app: Flask) -> str:
    """The id of an account."""
    with UnitOfWork(app):
        return directory.create("anna@example.com", SYSTEM).id


@pytest.fixture
def bob(app: Flask) -> str:
    """The id of another one."""
    with UnitOfWork(app):
        return directory.create("bob@example.com", SYSTEM).id


def test_a_session_is_used_on_behalf_of_its_own_person_alone(app: Flask, anna: str, bob: str) -> None:
    with UnitOfWork(app):
        session, _handle = sessions.start(app.extensions["settings"], anna, "full", BROWSER)
        assert sessions.use(session.id, anna)
        assert not sessions.use(session.id, bob)


def test_a_disabled_account_has_no_session_however_it_is_looked_for(app: Flask, anna: str) -> None:
    with UnitOfWork(app):
        session, handle = sessions.start(app.extensions["settings"], anna, "full", BROWSER)
        assert sessions.find(handle)
        # The row stays, as if somebody signed in at the same moment.
        accounts.set_disabled(anna, now())
        assert sessions.find(handle) is None
        assert not sessions.use(session.id, anna)
        assert not store.lives(session, now())


def test_a_device_is_told_from_a_network_and_from_a_stranger(app: Flask, anna: str, bob: str) -> None:
    with UnitOfWork(app):
        devices.note(anna, LAPTOP, "192.0.2.1", 100)
        devices.note(anna, PHONE, "192.0.2.1", 100)
        assert devices.knows(anna, LAPTOP, "192.0.2.1") == "device"
        assert devices.knows(anna, LAPTOP, "198.51.100.1") == "device"
        assert devices.knows(anna, STRANGE, "192.0.2.1") == "network"
        assert devices.knows(anna, STRANGE, "198.51.100.1") is None
        assert devices.knows(bob, LAPTOP, "192.0.2.1") is None


def test_a_device_is_known_from_where_it_was_seen_last(app: Flask, anna: str) -> None:
    with UnitOfWork(app):
        devices.note(anna, LAPTOP, "192.0.2.1", 100)
        devices.note(anna, LAPTOP, "198.51.100.1", 200)
        assert devices.knows(anna, STRANGE, "192.0.2.1") is None
        assert devices.knows(anna, STRANGE, "198.51.100.1") == "network"


def test_the_devices_seen_last_are_kept(app: Flask, anna: str) -> None:
    with UnitOfWork(app):
        devices.note(anna, LAPTOP, "192.0.2.1", 100)
        devices.note(anna, PHONE, "192.0.2.2", 200)
        devices.note(anna, LAPTOP, "192.0.2.1", 300)
        devices.keep_newest(anna, 1)
        assert devices.knows(anna, LAPTOP, "") == "device"
        assert devices.knows(anna, PHONE, "192.0.2.2") is None
