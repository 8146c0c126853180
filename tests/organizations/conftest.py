"""Applications on each kind of database, an organization, and letters into a list."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.organizations.workspace import Workspace, workspace
from tests.support.application import application, migrated, schema_url, shared_database
from tests.support.people import Post

__all__ = ["migrated", "schema_url", "shared_database"]

QUICK = {
    "password_memory": 8,
    "password_passes": 1,
    "mails_per_address_per_hour": 50,
    "mails_per_source_per_hour": 1000,
    "sign_ins_at_once": 32,
}


@pytest.fixture
def app(schema_url: str, tmp_path: Path) -> Iterator[Flask]:
    """One application, once on each kind of database."""
    with application(schema_url, tmp_path, **QUICK) as made:
        yield made


@pytest.fixture
def acme(app: Flask) -> Workspace:
    """An organization without people."""
    return workspace(app)


@pytest.fixture
def post(app: Flask) -> Post:
    """The letters of the application."""
    return Post(app)
