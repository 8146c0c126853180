"""Limits that are switched off: a test configuration."""

from pathlib import Path

from flask import Flask

from authserver.provider import wiring
from authserver.throttle.failures import Failures
from authserver.throttle.guesses import Guesses
from authserver.throttle.mail_limits import MailLimits
from authserver.throttle.shared import Verdict
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import application, statements
from tests.support.server import free_port

WELCOME = Verdict()
HERE = "192.0.2.1"


def test_everybody_may_try_for_ever_and_nothing_is_written(app: Flask) -> None:
    failures = Failures(None, 1, 1, counting=False)
    guesses = Guesses(None, 1, 1, 1, counting=False)
    letters = MailLimits(None, 1, 1, 1, counting=False)
    with statements(app) as sent, UnitOfWork(app):
        for _ in range(5):
            assert failures.failed("client", HERE) == WELCOME
            assert guesses.knock("anna@example.com", HERE, known=False, device=None) == WELCOME
            assert letters.ask("anna@example.com", HERE) == WELCOME
        guesses.forgive("anna@example.com", HERE, known=False, device=None)
    assert sent == []


def test_redis_is_not_asked_either(app: Flask) -> None:
    failures = Failures(f"redis://127.0.0.1:{free_port()}/0", 1, 1, counting=False)
    with UnitOfWork(app):
        assert [failures.failed("client", HERE) for _ in range(3)] == [WELCOME] * 3


def test_the_setting_reaches_every_counter(schema_url: str, tmp_path: Path) -> None:
    few = {"client_failures_per_minute": 1, "guesses_per_account": 3, "mails_per_address_per_hour": 1}
    with application(schema_url, tmp_path, limits=False, **few) as app, UnitOfWork(app):
        services = app.extensions["accounts"]
        failures = wiring._failures(app.extensions["settings"])
        for _ in range(5):
            assert failures.failed("client", HERE) == WELCOME
            assert services.guesses.knock("a@example.com", HERE, known=False, device=None) == WELCOME
            assert services.mail_limits.ask("a@example.com", HERE) == WELCOME
