"""A database with an organization and a resource, and the usual registration."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from authserver.audit.log import Origin
from authserver.clients import registration
from authserver.clients.api_client import ApiClientRecord
from authserver.clients.registration import Registration
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import application, migrated, schema_url, seed, shared_database, trail

__all__ = ["migrated", "schema_url", "shared_database"]

ORIGIN = Origin("cli:tester", "192.0.2.1", "request-1")
USUAL = Registration("acme", "Reports", ("webapi",))


@pytest.fixture
def app(schema_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application with the organization `acme` and the scopes `webapi` and `webapi.read`."""
    with application(schema_url, tmp_path) as made:
        seed(made, "webapi", "webapi.read")
        yield made


def register(app: Flask, **changes: object) -> tuple[ApiClientRecord, str]:
    """Register a client in a unit of work of its own."""
    with UnitOfWork(app):
        return registration.register(replace(USUAL, **changes), ORIGIN)


def acts(app: Flask) -> list[str]:
    """Return what the audit trail tells of clients and secrets, oldest first."""
    kinds = ("api_client", "secret")
    return [event.action for event in trail(app) if event.action.startswith(kinds)]
