"""Applications in this process over a real database, threads that race, and a database that goes away."""

import contextlib
import itertools
import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import psycopg
import pytest
import structlog
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from joserfc.jwk import RSAKey
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from authserver import migrating, schema
from authserver.app.factory import create_app
from authserver.audit.event import AuditEvent
from authserver.audit.log import SYSTEM
from authserver.audit.store import events as audit
from authserver.clients import resource_registration
from authserver.clients.resource import Resource
from authserver.config import Settings
from authserver.extensions import db
from authserver.keys import making
from authserver.organizations import directory
from authserver.organizations.organization import Organization
from authserver.web.unit_of_work import UnitOfWork
from tests.conftest import DATABASES
from tests.support.postgresql import Cluster
from tests.support.server import MASTER_KEY

T = TypeVar("T")


class Compiled(BytecodeCache):
    """Templates as they were compiled by another application of this process: tests make many."""

    kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket with what was kept; it is refused when the template has changed."""
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self.kept[bucket.key] = bucket.bytecode_to_string()


@contextlib.contextmanager
def application(database_url: str, folder: Path, **settings: Any) -> Iterator[Flask]:
    """An application with its schema, on an empty database or beside another application."""
    usual: dict[str, Any] = {"data_dir": folder, "master_key": MASTER_KEY, "database_pool": 20}
    app = create_app(Settings(database_url=database_url, **usual | settings))
    app.jinja_env.bytecode_cache = Compiled()
    with app.app_context():
        if migrating.present_revision(db.engine) is None:
            migrating.migrate(db.engine)
    try:
        yield app
    finally:
        engine_of(app).dispose()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema and nothing in it, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    with application(f"sqlite:///{folder / 'empty.db'}", folder):
        return folder / "empty.db"


@pytest.fixture(scope="session")
def shared_database(postgresql: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of PostgreSQL that tests use one after the other: making one for each takes long."""
    url = postgresql.new_database()
    with application(url, tmp_path_factory.mktemp("shared")):
        return url


def _empty(url: str) -> None:
    """Delete every row of a database of PostgreSQL with the schema."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(str(table.delete()))


@pytest.fixture(params=DATABASES)
def schema_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the schema and nothing in it, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "test.db")
        return f"sqlite:///{tmp_path / 'test.db'}"
    url: str = request.getfixturevalue("shared_database")
    _empty(url)
    return url


@pytest.fixture
def app(schema_url: str, tmp_path: Path) -> Iterator[Flask]:
    """One application, once on each kind of database."""
    with application(schema_url, tmp_path) as made:
        yield made


@pytest.fixture
def twins(schema_url: str, tmp_path: Path) -> Iterator[tuple[Flask, Flask]]:
    """Two instances on one database, once on each kind."""
    with application(schema_url, tmp_path) as one, application(schema_url, tmp_path) as other:
        yield one, other


@pytest.fixture(scope="session")
def some_rsa_keys() -> Iterator[RSAKey]:
    """RSA keys, each a few times: making one takes a tenth of a second and more."""
    return itertools.cycle([RSAKey.generate_key(2048, auto_kid=False) for _ in range(6)])


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch, some_rsa_keys: Iterator[RSAKey]) -> None:
    """Let RSA keys come from the few above, others be made."""
    make = making._generate
    monkeypatch.setattr(
        making, "_generate", lambda name: next(some_rsa_keys) if name == "RS256" else make(name)
    )


def engine_of(app: Flask) -> Engine:
    """Return the engine of an application."""
    with app.app_context():
        return db.engine


def seed(app: Flask, *scopes: str) -> Organization:
    """Make the resource `webapi` with its scopes, and the organization `acme`."""
    with UnitOfWork(app):
        wanted = Resource("webapi", "webapi", scopes or ("webapi",), "ES256", "rfc9068", 600)
        resource_registration.register(wanted, SYSTEM)
        return directory.create("Acme", "acme", SYSTEM)


def trail(app: Flask) -> list[AuditEvent]:
    """Return what the audit trail holds, oldest first."""
    with UnitOfWork(app):
        return audit.latest()[::-1]


@contextlib.contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect the SQL that is sent while the block runs."""
    sent: list[str] = []

    def collect(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engine = engine_of(app)
    event.listen(engine, "before_cursor_execute", collect)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", collect)


@contextlib.contextmanager
def away(app: Flask) -> Iterator[None]:
    """Let the database of an application be away while the block runs."""

    def refuse(*_: object) -> None:
        raise OperationalError("", {}, ConnectionRefusedError())

    engine = engine_of(app)
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", refuse)


def race(count: int, act: Callable[[int], T]) -> list[T | BaseException]:
    """Do something in many threads at once; return what each got, or what it raised."""
    gate = threading.Barrier(count)

    def run(number: int) -> T:
        gate.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        runs = [pool.submit(run, number) for number in range(count)]
    return [done.exception() or done.result() for done in runs]


class Clock:
    """A clock that stands until it is moved; stands in for a clock function and for the `time` module."""

    def __init__(self, now: int = 1_800_000_000) -> None:
        """Begin at a Unix time."""
        self.now: float = now

    def __call__(self) -> int:
        """Return the time in whole seconds."""
        return int(self.now)

    def monotonic(self) -> float:
        """Return the same time, as the monotonic clock of a cache."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.now += seconds


@contextlib.contextmanager
def logging_restored() -> Iterator[None]:
    """Put logging back as it was, when the block has configured it."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**before)
