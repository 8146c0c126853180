"""Applications on each kind of database, an organization, and letters into a list."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from authserver.accounts import directory as people
from authserver.audit.log import SYSTEM
from authserver.web.unit_of_work import UnitOfWork
from tests.console.desk import Desk, desk, outsider
from tests.organizations.conftest import QUICK
from tests.organizations.workspace import Workspace
from tests.support.application import (
    application,
    migrated,
    quick_keys,
    schema_url,
    seed,
    shared_database,
    some_rsa_keys,
)
from tests.support.people import Post

__all__ = ["migrated", "quick_keys", "schema_url", "shared_database", "some_rsa_keys"]


@pytest.fixture
def app(schema_url: str, tmp_path: Path) -> Iterator[Flask]:
    """One application with the resource `webapi`, once on each kind of database."""
    with application(schema_url, tmp_path, **QUICK) as made:
        yield made


@pytest.fixture
def acme(app: Flask) -> Workspace:
    """An organization without people."""
    return Workspace(app, seed(app))


@pytest.fixture
def post(app: Flask) -> Post:
    """The letters of the application."""
    return Post(app)


@pytest.fixture
def anna(acme: Workspace) -> Desk:
    """An Administrator in front of a browser."""
    return desk(acme, "administrator", email="anna@example.com")


@pytest.fixture
def olga(acme: Workspace) -> Desk:
    """An operator in front of a browser, who belongs to no organization."""
    made = outsider(acme)
    with UnitOfWork(acme.app):
        people.set_operator(made.account, SYSTEM, operator=True)
    return Desk(acme, made.account)
