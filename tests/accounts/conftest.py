"""Applications for tests of people: real databases, a quick password hash, letters into a list."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

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

QUICK = {
    "password_memory": 8,
    "password_passes": 1,
    "mails_per_source_per_hour": 1000,
    "sign_ins_at_once": 32,
}


@pytest.fixture
def app(schema_url: str, tmp_path: Path) -> Iterator[Flask]:
    """One application, once on each kind of database."""
    with application(schema_url, tmp_path, **QUICK) as made:
        yield made


@pytest.fixture
def twins(schema_url: str, tmp_path: Path) -> Iterator[tuple[Flask, Flask]]:
    """Two instances on one database."""
    with (
        application(schema_url, tmp_path, **QUICK) as one,
        application(schema_url, tmp_path, **QUICK) as other,
    ):
        yield one, other


@pytest.fixture
def post(app: Flask) -> Post:
    """The letters of the application."""
    return Post(app)
