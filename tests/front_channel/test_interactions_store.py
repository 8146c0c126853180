"""The contract of the store of requests that wait for a person."""

from dataclasses import replace

import pytest
from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.base.handles import digest, new_handle
from authserver.clients import application_registration
from authserver.oidc.store import interactions
from authserver.oidc.store.interactions import LIFETIME, Interaction
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.shelf import NOW, new_account, new_application
from tests.support.application import race

BROWSER, SESSION = digest("browser"), digest("session")
ODD = (
    ("state", "\N{SNOWMAN} \"'<>&%25\r\n"),
    ("resource", "one"),
    ("resource", "two"),
    ("empty", ""),
    ("", "nameless"),
)


def waiting(app: Flask, browser: bytes | None = BROWSER, created_at: int = NOW) -> Interaction:
    """Write a request that waits."""
    interaction = Interaction(
        digest(new_handle()), browser, "toolbox", ODD, "somebody", SESSION if browser else None, created_at
    )
    with UnitOfWork(app):
        interactions.add(interaction)
    return interaction


def as_it_is(app: Flask, interaction: Interaction, now: int = NOW) -> Interaction | None:
    """Return a request as the database has it."""
    with UnitOfWork(app):
        return interactions.find(interaction.digest, now)


@pytest.fixture(autouse=True)
def _application(request: pytest.FixtureRequest) -> None:
    with_twins = "twins" in request.fixturenames
    new_application(request.getfixturevalue("twins")[0] if with_twins else request.getfixturevalue("app"))


def test_a_request_comes_back_as_it_was_kept_parameters_in_order(app: Flask) -> None:
    for interaction in (waiting(app), waiting(app, browser=None)):
        assert as_it_is(app, interaction) == interaction


def test_a_request_that_is_too_old_is_not_found(app: Flask) -> None:
    interaction = waiting(app)
    assert as_it_is(app, interaction, NOW + LIFETIME - 1) == interaction
    assert as_it_is(app, interaction, NOW + LIFETIME) is None


def test_a_request_is_bound_to_a_browser_once(app: Flask) -> None:
    interaction = waiting(app, browser=None)
    with UnitOfWork(app):
        assert interactions.bind(interaction.digest, BROWSER, SESSION)
        assert not interactions.bind(interaction.digest, digest("another"), None)
        assert not interactions.bind(digest("unknown"), BROWSER, None)
    assert as_it_is(app, interaction) == replace(interaction, browser=BROWSER, session=SESSION)


def test_a_request_that_began_in_a_browser_is_bound_to_no_other(app: Flask) -> None:
    interaction = waiting(app)
    with UnitOfWork(app):
        assert not interactions.bind(interaction.digest, digest("another"), None)
    assert as_it_is(app, interaction) == interaction


def test_of_many_browsers_that_come_for_a_request_one_gets_it(twins: tuple[Flask, Flask]) -> None:
    interaction = waiting(twins[0], browser=None)
    browsers = [digest(f"browser {number}") for number in range(32)]

    def bind(number: int) -> bool:
        with UnitOfWork(twins[number % 2]):
            return interactions.bind(interaction.digest, browsers[number], None)

    won = race(32, bind)
    assert sorted(map(bool, won)) == [False] * 31 + [True]
    now = as_it_is(twins[1], interaction)
    assert now
    assert now.browser == browsers[won.index(True)]


def test_who_agreed_stands_in_the_request(app: Flask) -> None:
    interaction, other = waiting(app), waiting(app)
    account = new_account(app)
    with UnitOfWork(app):
        interactions.consented(interaction.digest, account)
    assert as_it_is(app, interaction) == replace(interaction, consented_by=account)
    assert as_it_is(app, other) == other


def test_requests_that_nobody_came_back_for_are_deleted_a_few_at_a_time(app: Flask) -> None:
    for _ in range(3):
        waiting(app)
    fresh = waiting(app, created_at=NOW + 1)
    with UnitOfWork(app):
        assert interactions.delete_expired(NOW + LIFETIME - 1, 10) == 0
        assert interactions.delete_expired(NOW + LIFETIME, 2) == 2
        assert interactions.delete_expired(NOW + LIFETIME, 2) == 1
    assert as_it_is(app, fresh) == fresh


def test_requests_go_with_their_application(app: Flask) -> None:
    interaction = waiting(app)
    with UnitOfWork(app):
        application_registration.delete("toolbox", SYSTEM)
    assert as_it_is(app, interaction) is None


def test_no_handle_shows_when_a_request_is_printed(app: Flask) -> None:
    interaction = waiting(app)
    assert repr(interaction.digest) not in repr(interaction)
    assert repr(BROWSER) not in repr(interaction)
