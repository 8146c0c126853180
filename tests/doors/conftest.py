"""An application behind either door, with one API client."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from authserver import migrating
from authserver.app.factory import create_app
from authserver.app.lean_door import LeanDoor
from authserver.audit.log import SYSTEM
from authserver.clients import registration, resource_registration
from authserver.clients.registration import Registration
from authserver.clients.resource import Resource
from authserver.config import Settings
from authserver.extensions import db
from authserver.organizations import directory
from authserver.provider.wiring import rotation
from authserver.web.unit_of_work import UnitOfWork
from tests.conftest import DATABASES
from tests.oidc.world import basic_header
from tests.support.server import MASTER_KEY

TOKEN = "/connect/token"


@dataclass
class Door:
    """A WSGI application, what stands behind it, and one client that may ask it."""

    app: Flask
    client: Client
    client_id: str
    secret: str

    def token(self, path: str = TOKEN, **changes: Any) -> TestResponse:
        """Ask for a token with the secret in the body; an empty parameter leaves one out."""
        usual = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.secret,
        }
        form = {name: value for name, value in (usual | changes).items() if value != ""}
        return self.client.post(path, data=form)

    def basic(self, secret: str | None = None, **headers: str) -> TestResponse:
        """Ask for a token with the Basic header."""
        authorization = basic_header(self.client_id, secret or self.secret)
        return self.client.post(
            TOKEN,
            data={"grant_type": "client_credentials"},
            headers={"Authorization": authorization} | headers,
        )

    def work(self) -> UnitOfWork:
        """Return a unit of work on the same database."""
        return UnitOfWork(self.app)


def settings_of(database_url: str, folder: Path) -> Settings:
    """Return the configuration that all of these tests share."""
    return Settings(
        data_dir=folder, database_url=database_url, master_key=MASTER_KEY, client_failures_per_minute=5
    )


@pytest.fixture(scope="session", params=DATABASES)
def seeded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with schema, keys, a resource and an organization, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("seeded")
    url = f"sqlite:///{folder / 'seeded.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").new_database()
    settings = settings_of(url, folder)
    app = create_app(settings)
    with app.app_context():
        migrating.migrate(db.engine)
    with UnitOfWork(app):
        rotation(settings).ensure(SYSTEM)
        webapi = Resource("webapi", "webapi", ("webapi",), "ES256", "rfc9068", 600)
        resource_registration.register(webapi, SYSTEM)
        directory.create("Acme", "acme", SYSTEM)
    with app.app_context():
        db.engine.dispose()
    return url


@pytest.fixture
def application(seeded: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An application on a copy of the seeded database."""
    if seeded.startswith("sqlite"):
        shutil.copy(seeded.removeprefix("sqlite:///"), tmp_path / "test.db")
        url = f"sqlite:///{tmp_path / 'test.db'}"
    else:
        url = request.getfixturevalue("postgresql").new_database(template=seeded)
    app = create_app(settings_of(url, tmp_path))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(params=["flask", "lean"])
def door(request: pytest.FixtureRequest, application: Flask) -> Door:
    wsgi: Any = application
    if request.param == "lean":
        wsgi = LeanDoor(application.wsgi_app, application.extensions["machine_site"])
    with UnitOfWork(application):
        client, secret = registration.register(Registration("acme", "Test", ("webapi",)), SYSTEM)
    return Door(application, Client(wsgi), client.id, secret)
