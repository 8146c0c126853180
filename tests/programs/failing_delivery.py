"""Asks for a letter or delivers what is due, and kills itself without a word at a point that is named.

    python -m tests.programs.failing_delivery DATABASE_URL FOLDER MAIL_URL POINT

Everything is logged to standard error, at the most verbose level of every library.
"""

import logging
import os
import signal
import smtplib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from flask import Flask

from authserver.config import Settings
from authserver.mail import outbox
from authserver.mail.delivery import Delivery
from authserver.mail.letter import Envelope, Letter
from authserver.mail.transport import transport_for
from authserver.web import logs
from authserver.web.unit_of_work import UnitOfWork
from tests.mail.ledger import ANNA, Clock, compose, ledger

AHEAD = 5
"""Seconds that its clock is ahead, so that what was asked for just now is due."""


def die(*_: object, **__: object) -> NoReturn:
    """End at once, as in a power failure."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def afterwards(act: Callable[..., Any]) -> Callable[..., NoReturn]:
    """Do something, then die."""

    def acted(*arguments: Any) -> NoReturn:
        act(*arguments)
        die()

    return acted


def dies_composing(envelope: Envelope) -> Letter:
    """Write a letter and its digest, and die before the commit."""
    compose(envelope)
    die()


def ask(app: Flask, point: str) -> None:
    """Ask for a letter; die before or after the commit."""
    with UnitOfWork(app):
        outbox.enqueue("welcome", "account-1", ANNA)
        if point == "after_insert":
            die()
    die()


def deliver(app: Flask, settings: Settings, point: str) -> None:
    """Deliver what is due; die at the point."""
    if point == "before_smtp":
        Delivery._send = die  # type: ignore[method-assign]
    if point == "before_data":
        smtplib.SMTP.data = die  # type: ignore[method-assign]
    if point == "after_data":
        smtplib.SMTP.data = afterwards(smtplib.SMTP.data)  # type: ignore[method-assign]
    if point == "before_marking":
        Delivery._mark = die  # type: ignore[method-assign]
    if point == "after_marking":
        Delivery._mark = afterwards(Delivery._mark)  # type: ignore[method-assign]
    composer = dies_composing if point == "while_composing" else compose
    clock = Clock(int(time.time()) + AHEAD)
    Delivery(app, composer, transport_for(settings, app), clock).run_until_empty()


def main() -> None:
    """Do what the arguments say."""
    database_url, folder, mail_url, point = sys.argv[1:]
    app = ledger(database_url, Path(folder), mail_url=mail_url, log_level="debug")
    settings: Settings = app.extensions["settings"]
    logs.configure(settings)
    for name in ("sqlalchemy.engine", "sqlalchemy.pool"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    if point in ("after_insert", "after_commit"):
        ask(app, point)
    deliver(app, settings, point)


if __name__ == "__main__":
    main()
