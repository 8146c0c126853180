"""An application with nothing but the ledger of letters, and a composer that keeps digests of its secrets.

Mail knows no domain, and neither do its tests.
"""

from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Column, LargeBinary, MetaData, String, Table, delete, insert, select

from authserver.base.handles import digest, new_handle
from authserver.config import Settings
from authserver.extensions import db
from authserver.mail import outbox, store
from authserver.mail.delivery import Delivery
from authserver.mail.letter import Envelope, Letter
from authserver.mail.models import OutboxRow
from authserver.mail.transport import transport_for
from authserver.web import database
from authserver.web.unit_of_work import UnitOfWork
from tests.support.server import MASTER_KEY

ANNA = "anna@example.com"
BEN = "ben@example.com"
MARK = "Your secret is: "

digests = Table(
    "test_digests",
    MetaData(),
    Column("recipient", String(254), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: int) -> None:
        self.now += seconds


def ledger(url: str, folder: Path, **settings: Any) -> Flask:
    """Return an application on a database, with the tables it needs."""
    usual: dict[str, Any] = {"data_dir": folder, "master_key": MASTER_KEY, "mail_timeout": 1}
    made = Settings(database_url=url, **usual | settings)
    app = Flask("ledger")
    app.extensions["settings"] = made
    database.bind(app, made)
    with app.app_context():
        # The composer's table is no part of the schema.
        OutboxRow.__table__.create(db.engine, checkfirst=True)  # type: ignore[attr-defined]
        digests.create(db.engine, checkfirst=True)
    return app


def compose(envelope: Envelope) -> Letter:
    """Write a letter with a fresh secret, and keep only its digest."""
    secret = new_handle()
    db.session.execute(delete(digests).where(digests.c.recipient == envelope.recipient))
    db.session.execute(insert(digests).values(recipient=envelope.recipient, digest=digest(secret)))
    return Letter("Grüße, your secret", f"{MARK}{secret}\n", f"<p>{MARK}<b>{secret}</b></p>")


def secret_in(text: str) -> str:
    """Return the secret of a letter's plain text."""
    return text.partition(MARK)[2].split()[0]


def works(app: Flask, recipient: str, text: str) -> bool:
    """Return whether the secret of a letter is the one whose digest is stored."""
    with UnitOfWork(app):
        kept = db.session.scalar(select(digests.c.digest).where(digests.c.recipient == recipient))
    return bool(kept == digest(secret_in(text)))


def deliverer(app: Flask, now: Clock, mail_url: str | None) -> Delivery:
    """Return a delivery to a mail server."""
    usual = app.extensions["settings"].model_dump() | {"mail_url": mail_url}
    return Delivery(app, compose, transport_for(Settings(**usual), app), now)


def ask(app: Flask, recipient: str = ANNA, kind: str = "welcome", **options: Any) -> Envelope:
    """Ask for a letter in a unit of work of its own, and return its line of the ledger (or a known one)."""
    known = {envelope.id for envelope in lines(app)}
    with UnitOfWork(app):
        outbox.enqueue(kind, "account-1", recipient, **options)
    return min(lines(app), key=lambda envelope: envelope.id in known)


def lines(app: Flask, **options: Any) -> list[Envelope]:
    """Return the ledger, newest first."""
    with UnitOfWork(app):
        return store.page(**options)


def line(app: Flask, letter_id: str) -> Envelope:
    """Return one line of the ledger."""
    with UnitOfWork(app):
        found = store.find(letter_id)
    assert found is not None
    return found
