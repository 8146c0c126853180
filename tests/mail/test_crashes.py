"""`kill -9` at any point loses no letter, the newest letter's secret works, and none is left in clear."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from authserver.extensions import db
from authserver.mail.delivery import LEASE
from tests.mail.ledger import ANNA, Clock, ask, deliverer, lines, secret_in, works
from tests.support.server import ROOT
from tests.support.smtp import SmtpServer

Dies = Callable[[str], str]


@pytest.fixture
def dies(database_url: str, tmp_path: Path, smtp: SmtpServer) -> Dies:
    """Run the program until it kills itself at a point; return what it logged."""

    def run(point: str) -> str:
        arguments = [sys.executable, "-m", "tests.programs.failing_delivery"]
        done = subprocess.run(
            [*arguments, database_url, str(tmp_path), smtp.url, point],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr
        return done.stdout + done.stderr

    return run


@pytest.mark.parametrize(
    ("point", "before"),
    [
        ("while_composing", 0),
        ("before_smtp", 0),
        ("before_data", 0),
        ("after_data", 1),
        ("before_marking", 1),
        ("after_marking", 1),
    ],
)
def test_a_letter_survives_a_crash_and_its_newest_secret_works(
    app: Flask, clock: Clock, smtp: SmtpServer, dies: Dies, tmp_path: Path, point: str, before: int
) -> None:
    ask(app)
    log = dies(point)
    assert len(smtp.received) == before
    deliverer(app, clock, smtp.url).run_until_empty()
    clock.advance(LEASE + 60)
    deliverer(app, clock, smtp.url).run_until_empty()
    assert 1 <= len(smtp.received) <= 2
    assert {letter.recipients for letter in smtp.received} == {(ANNA,)}
    assert [works(app, ANNA, letter.text) for letter in smtp.received][-1]
    assert [works(app, ANNA, letter.text) for letter in smtp.received].count(True) == 1
    assert [envelope.state for envelope in lines(app)] == ["sent"]
    leave_no_secret(app, tmp_path, smtp, log)


def test_a_letter_survives_three_crashes(
    app: Flask, clock: Clock, smtp: SmtpServer, dies: Dies, tmp_path: Path
) -> None:
    ask(app)
    log = ""
    for point in ("before_marking", "after_data", "before_smtp"):
        log += dies(point)
        release(app)
    clock.advance(60)
    deliverer(app, clock, smtp.url).run_until_empty()
    assert len(smtp.received) == 3
    assert [works(app, ANNA, letter.text) for letter in smtp.received] == [False, False, True]
    leave_no_secret(app, tmp_path, smtp, log)


def test_what_was_asked_for_is_kept_from_the_commit_on(
    app: Flask, clock: Clock, smtp: SmtpServer, dies: Dies
) -> None:
    dies("after_insert")
    assert lines(app) == []
    dies("after_commit")
    assert [envelope.state for envelope in lines(app)] == ["waiting"]
    # The program asked later than this clock stands, by what two starts of Python take.
    clock.advance(LEASE)
    assert deliverer(app, clock, smtp.url).run_until_empty() == 1
    assert len(smtp.received) == 1


def release(app: Flask) -> None:
    """Let claims be over, as if their time had passed."""
    with engine(app).begin() as connection:
        connection.execute(text("UPDATE outbox SET due_at = 0 WHERE state = 'sending'"))


def engine(app: Flask) -> Engine:
    with app.app_context():
        return db.engine


def leave_no_secret(app: Flask, folder: Path, smtp: SmtpServer, log: str) -> None:
    """Look for the letters' secrets in the log, and in every file of the database, its journals included."""
    secrets = [secret_in(letter.text) for letter in smtp.received]
    assert len(set(secrets)) == len(secrets)
    assert "UPDATE outbox" in log
    assert not [secret for secret in secrets if secret in log]
    url = make_url(app.extensions["settings"].database_url)
    if url.get_backend_name() == "postgresql":
        with engine(app).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))
        folder = Path(str(url.query["host"])) / "data"
    contents = []
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        # PostgreSQL renames its own caches while it runs.
        with contextlib.suppress(FileNotFoundError):
            contents.append(path.read_bytes())
    # The address is there, so this is where to look.
    assert any(ANNA.encode() in content for content in contents)
    assert not any(secret.encode() in content for secret in secrets for content in contents)
