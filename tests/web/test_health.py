from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.support.application import application, away, statements
from tests.support.postgresql import cluster

TOKEN = "metrics-token"


@pytest.fixture
def measured(tmp_path: Path) -> Iterator[Flask]:
    """An application whose metrics a token opens."""
    with application(f"sqlite:///{tmp_path / 'test.db'}", tmp_path, metrics_token=TOKEN) as made:
        yield made


def status(app: Flask, path: str, **headers: str) -> int:
    return app.test_client().get(path, headers=headers).status_code


def test_a_process_is_alive_whatever_the_database_does_and_asks_it_nothing(app: Flask) -> None:
    with statements(app) as sent, away(app):
        assert status(app, "/live") == 200
    assert sent == []


def test_it_is_ready_while_the_database_answers_and_no_longer(app: Flask) -> None:
    assert status(app, "/ready") == 200
    with away(app):
        answer = app.test_client().get("/ready")
        assert answer.status_code == 503
        assert "Connection" not in answer.text
    assert status(app, "/ready") == 200


def test_after_the_database_was_away_it_is_ready_again_without_a_restart(tmp_path: Path) -> None:
    with cluster() as own, application(own.new_database(), tmp_path) as app:
        assert status(app, "/ready") == 200
        own.stop()
        assert (status(app, "/ready"), status(app, "/live")) == (503, 200)
        own.start()
        assert status(app, "/ready") == 200


@pytest.mark.parametrize("path", ["/live", "/ready"])
def test_health_is_never_cached(app: Flask, path: str) -> None:
    assert app.test_client().get(path).headers["Cache-Control"] == "no-store"


def test_without_a_token_there_are_no_metrics(app: Flask) -> None:
    assert status(app, "/metrics") == 404
    assert status(app, "/metrics", Authorization="Bearer ") == 404


def test_the_token_opens_the_metrics(measured: Flask) -> None:
    answer = measured.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    assert "authserver_request_seconds" in answer.text


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        f"Basic {TOKEN}",
        TOKEN,
        "Bearer \xfcmlaut",
    ],
)
def test_nothing_else_opens_the_metrics(measured: Flask, header: str) -> None:
    answer = measured.test_client().get("/metrics", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "authserver_request_seconds" not in answer.text


def test_strangers_can_not_make_metrics_grow(measured: Flask) -> None:
    client = measured.test_client()
    for number in range(20):
        client.get(f"/stranger/{number}")
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert 'endpoint="unknown",status="404"' in text
    assert "stranger" not in text
