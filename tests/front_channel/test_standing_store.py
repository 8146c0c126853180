"""The contract of what a person's token stands on: one query, and dead as soon as anything of it ended."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import time_machine
from flask import Flask

from authserver.accounts import directory, sessions
from authserver.accounts.account import Browser
from authserver.accounts.profile import Profile
from authserver.accounts.store import profiles
from authserver.audit.log import SYSTEM
from authserver.clients import application_registration
from authserver.oidc.messages.grant import Grant
from authserver.oidc.store import grants, registers, standing
from authserver.oidc.store.registers import REVOKED
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.shelf import NOW, new_account, new_application, new_grant, redeemed
from tests.support.application import statements

HOUR = 3600


@dataclass
class Shelf:
    """A redeemed grant of somebody who is signed in."""

    app: Flask
    account: str
    session: str
    grant: Grant

    def stands(self, jti: str = "jti") -> bool:
        with UnitOfWork(self.app):
            return standing.find(self.grant.id, jti) is not None


@pytest.fixture
def shelf(app: Flask) -> Shelf:
    return made(app)


def made(app: Flask, *, offline: bool = False) -> Shelf:
    """Make a grant with all that it stands on."""
    name = "offline" if offline else "toolbox"
    new_application(app, name)
    account = new_account(app)
    with UnitOfWork(app), time_machine.travel(NOW, tick=False):
        browser = Browser("192.0.2.1", "192.0.2.0/24", "")
        session, _ = sessions.start(app.extensions["settings"], account, "full", browser)
    facts = new_grant(account, name, session_id=session.id, offline=offline)
    return Shelf(app, account, session.id, redeemed(app, facts))


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_token_stands_on_its_grant_its_account_and_its_profile(shelf: Shelf) -> None:
    with UnitOfWork(shelf.app):
        profiles.put(shelf.account, Profile(name="Anna", updated_at=NOW))
    with UnitOfWork(shelf.app):
        # What is committed counts: it is asked beside the session.
        found = standing.find(shelf.grant.id, "jti")
        account = directory.get(shelf.account)
    assert found
    assert (found.grant, found.account, found.profile.name) == (shelf.grant, account, "Anna")
    assert found.userinfo_algorithm == ""


def test_somebody_without_a_profile_has_an_empty_one(shelf: Shelf) -> None:
    with UnitOfWork(shelf.app):
        found = standing.find(shelf.grant.id, "jti")
    assert found
    assert found.profile == Profile()


def test_it_is_one_query(shelf: Shelf) -> None:
    with UnitOfWork(shelf.app), statements(shelf.app) as sent:
        standing.find(shelf.grant.id, "jti")
    assert len(sent) == 1


def _disable_account(shelf: Shelf) -> None:
    directory.set_disabled(directory.get(shelf.account), SYSTEM, disabled=True)


ENDS: dict[str, Callable[[Shelf], object]] = {
    "the grant was revoked": lambda shelf: grants.revoke(shelf.grant.id, NOW),
    "the token was revoked": lambda _: registers.enter(REVOKED, NOW + HOUR, "jti"),
    "the session ended": lambda shelf: sessions.end(shelf.account, shelf.session, SYSTEM),
    "the account was disabled": _disable_account,
    "the account was closed": lambda shelf: directory.close(directory.get(shelf.account), SYSTEM),
    "the application was disabled": lambda shelf: application_registration.set_disabled(
        shelf.grant.client_id, SYSTEM, disabled=True
    ),
    "the application was deleted": lambda shelf: application_registration.delete(
        shelf.grant.client_id, SYSTEM
    ),
}


@pytest.mark.parametrize("what", ENDS)
def test_it_falls_when_any_of_it_ended(shelf: Shelf, what: str) -> None:
    assert shelf.stands()
    with UnitOfWork(shelf.app):
        ENDS[what](shelf)
    assert not shelf.stands()


@pytest.mark.parametrize("what", ENDS)
def test_offline_it_outlives_the_session_and_nothing_else(app: Flask, what: str) -> None:
    shelf = made(app, offline=True)
    assert shelf.stands()
    with UnitOfWork(app):
        ENDS[what](shelf)
    assert shelf.stands() is (what == "the session ended")


@pytest.mark.parametrize("seconds", [HOUR - 1, HOUR, 24 * HOUR])
def test_a_session_that_nobody_used_ends_what_lives_with_it(app: Flask, seconds: int) -> None:
    shelves = [made(app), made(app, offline=True)]
    with time_machine.travel(NOW + seconds, tick=False):
        assert [each.stands() for each in shelves] == [seconds < HOUR, True]


def test_other_tokens_of_a_grant_stand_when_one_was_revoked(shelf: Shelf) -> None:
    with UnitOfWork(shelf.app):
        registers.enter(REVOKED, NOW + HOUR, "jti")
    assert shelf.stands("another")


def test_a_code_that_was_not_redeemed_carries_no_token(shelf: Shelf) -> None:
    grant = new_grant(shelf.account, session_id=shelf.session)
    with UnitOfWork(shelf.app):
        grants.add(grant, b"d" * 32, NOW + 60)
        assert standing.find(grant.id, "jti") is None
