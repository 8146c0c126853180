"""The ledger on each kind of database, a clock that stands, and a mail server."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from authserver.extensions import db
from authserver.mail.delivery import Delivery
from tests.mail.ledger import Clock, deliverer, ledger
from tests.support.smtp import SmtpServer, smtp_server


def engine_disposed(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """One application, once on each kind of database."""
    made = ledger(database_url, tmp_path)
    yield made
    engine_disposed(made)


@pytest.fixture
def twins(database_url: str, tmp_path: Path) -> Iterator[tuple[Flask, Flask]]:
    """Two instances on one database, once on each kind."""
    one, other = ledger(database_url, tmp_path), ledger(database_url, tmp_path)
    yield one, other
    engine_disposed(one)
    engine_disposed(other)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands a moment ahead, so that whatever is asked for now is due."""
    return Clock(int(time.time()) + 5)


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A mail server."""
    with smtp_server() as server:
        yield server


@pytest.fixture
def delivery(app: Flask, clock: Clock, smtp: SmtpServer) -> Delivery:
    """A delivery to that mail server."""
    return deliverer(app, clock, smtp.url)
