"""The contract of the store of consents."""

import pytest
from flask import Flask

from authserver.accounts import directory
from authserver.audit.log import SYSTEM
from authserver.base.handles import new_id
from authserver.clients import application_registration
from authserver.oidc import withdrawal
from authserver.oidc.store import consents
from authserver.oidc.store.consents import Consent
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.shelf import NOW, new_account, new_application
from tests.support.application import race, trail


@pytest.fixture
def account(app: Flask) -> str:
    new_application(app)
    new_application(app, "analytics")
    return new_account(app)


def test_nobody_agreed_to_anything_at_first(app: Flask, account: str) -> None:
    with UnitOfWork(app):
        assert consents.scopes(account, "toolbox") == frozenset()
        assert consents.of(account) == []
        assert not consents.withdraw(account, "toolbox")


def test_further_scopes_are_added_and_the_first_day_stays(app: Flask, account: str) -> None:
    with UnitOfWork(app):
        consents.remember(account, "toolbox", ["openid", "email"], NOW)
        consents.remember(account, "toolbox", ["openid", "profile"], NOW + 5)
        assert consents.scopes(account, "toolbox") == {"openid", "email", "profile"}
        assert consents.of(account) == [Consent("toolbox", ("email", "openid", "profile"), NOW)]


def test_a_consent_is_that_of_one_person_to_one_application(app: Flask, account: str) -> None:
    other = new_account(app)
    with UnitOfWork(app):
        consents.remember(account, "toolbox", ["openid"], NOW)
        consents.remember(account, "analytics", ["email"], NOW)
        assert consents.scopes(account, "analytics") == {"email"}
        assert consents.scopes(other, "toolbox") == frozenset()
        assert [each.client_id for each in consents.of(account)] == ["analytics", "toolbox"]


def test_a_consent_is_withdrawn_once_and_leaves_the_others(app: Flask, account: str) -> None:
    with UnitOfWork(app):
        consents.remember(account, "toolbox", ["openid"], NOW)
        consents.remember(account, "analytics", ["openid"], NOW)
        assert consents.withdraw(account, "toolbox")
        assert not consents.withdraw(account, "toolbox")
        assert [each.client_id for each in consents.of(account)] == ["analytics"]


def test_consents_go_with_their_account_and_with_their_application(app: Flask, account: str) -> None:
    other = new_account(app)
    with UnitOfWork(app):
        consents.remember(account, "toolbox", ["openid"], NOW)
        consents.remember(other, "analytics", ["openid"], NOW)
    with UnitOfWork(app):
        directory.close(directory.get(account), SYSTEM)
        application_registration.delete("analytics", SYSTEM)
    with UnitOfWork(app):
        assert consents.of(account) == []
        assert consents.of(other) == []


def test_many_who_agree_to_the_same_at_once_make_one_consent(twins: tuple[Flask, Flask]) -> None:
    new_application(twins[0])
    person = new_account(twins[0])

    def remember(number: int) -> None:
        with UnitOfWork(twins[number % 2]):
            consents.remember(person, "toolbox", ["openid", "email"], NOW)

    assert race(32, remember) == [None] * 32
    with UnitOfWork(twins[1]):
        assert consents.of(person) == [Consent("toolbox", ("email", "openid"), NOW)]


def test_nothing_is_withdrawn_from_whoever_is_gone(app: Flask) -> None:
    with UnitOfWork(app):
        assert not withdrawal.withdraw(new_id(), "toolbox", SYSTEM)
    assert trail(app) == []
