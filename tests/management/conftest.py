"""Applications on each kind of database with the management API, and people and software that call it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.management.world import World, new_world
from tests.organizations.conftest import QUICK
from tests.support.application import (
    application,
    migrated,
    quick_keys,
    schema_url,
    shared_database,
    some_rsa_keys,
)
from tests.support.people import Post

__all__ = ["migrated", "quick_keys", "schema_url", "shared_database", "some_rsa_keys"]


@pytest.fixture
def app(schema_url: str, tmp_path: Path) -> Iterator[Flask]:
    """One application, once on each kind of database."""
    with application(schema_url, tmp_path, **QUICK) as made:
        yield made


@pytest.fixture
def world(app: Flask) -> World:
    """An organization, a product that people sign in to, and the management API."""
    return new_world(app)


@pytest.fixture
def post(app: Flask) -> Post:
    """The letters of the application."""
    return Post(app)
