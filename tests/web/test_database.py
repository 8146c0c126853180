from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from authserver.subjects.models import SubjectRow
from authserver.web import database
from tests.support.application import application, engine_of


def test_an_acknowledged_write_survives_a_power_loss(app: Flask) -> None:
    engine = engine_of(app)
    question = "PRAGMA synchronous" if engine.dialect.name == "sqlite" else "SHOW synchronous_commit"
    with engine.connect() as connection:
        assert connection.scalar(text(question)) in (2, "on")


def test_the_values_of_a_statement_stay_out_of_its_error(app: Flask) -> None:
    row = {"id": "x" * 40, "kind": "account", "claimed_at": 123_454_321}
    with engine_of(app).connect() as connection:
        connection.execute(SubjectRow.__table__.insert(), row)
        with pytest.raises(IntegrityError) as refused:
            connection.execute(SubjectRow.__table__.insert(), row)
    assert "123454321" not in str(refused.value)


@pytest.mark.parametrize(("setting", "value"), [("statement_timeout", "10s"), ("lock_timeout", "5s")])
def test_on_postgresql_nothing_holds_a_thread_for_long(
    shared_database: str, tmp_path: Path, setting: str, value: str
) -> None:
    with application(shared_database, tmp_path) as app, engine_of(app).connect() as connection:
        assert connection.scalar(text(f"SHOW {setting}")) == value


def test_a_worker_takes_no_more_connections_than_allowed_and_does_not_wait_for_ever(
    shared_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "CONNECT_TIMEOUT", 0.05)
    with application(shared_database, tmp_path, database_pool=2) as app:
        engine = engine_of(app)
        with engine.connect(), engine.connect(), pytest.raises(PoolTimeout):
            engine.connect()
