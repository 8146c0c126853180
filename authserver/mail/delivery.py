"""Delivery: three units of work for each attempt - claim and write the letter; send; mark.

A `kill -9` at any point loses no letter: what was claimed is claimed again when that claim is over, with a
fresh secret, so that the newest letter's secret is the one that works.
"""

import threading
import time
from pathlib import Path
from typing import Literal

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from authserver.base import clock
from authserver.base.clock import Clock
from authserver.mail import store
from authserver.mail.failures import DeliveryFailure, PermanentFailure, TemporaryFailure
from authserver.mail.letter import Compose, Envelope, Letter
from authserver.mail.transport import LONGEST_ATTEMPT, Transport
from authserver.web.unit_of_work import UnitOfWork

log = structlog.get_logger()

POLL = 0.3
"""Seconds between looks for letters, when there was none."""

PAUSE = 2.0
"""Seconds to wait after something broke, such as the database being away."""

LEASE = LONGEST_ATTEMPT + 120
"""Seconds of a claim; longer than an attempt, because clocks differ and names take time to resolve."""

DELAYS = (10, 60, 300, 900, 3600, 7200, 14_400, 21_600)
"""Seconds to wait after each temporary failure; the last one repeats (RFC 5321 section 4.5.4.1)."""

GIVEN_UP_AFTER = 3 * 86_400
"""Seconds after which a letter that can't be delivered is given up."""

MARK_PAUSES = (0.5, 2.0, 5.0)
"""Seconds between tries to note what happened: without the note, the letter would go out twice."""

Outcome = Literal["nothing", "contended", "dropped", "sent", "deferred", "failed"]


def next_attempt(envelope: Envelope, now: int) -> int | None:
    """Return when to try again after a temporary failure (Unix seconds); None: the letter is given up."""
    due_at = now + DELAYS[min(envelope.attempts, len(DELAYS)) - 1]
    return due_at if due_at <= envelope.created_at + GIVEN_UP_AFTER else None


class Delivery:
    """Sends what the ledger holds, letter by letter. Any number may run, in any number of processes."""

    def __init__(self, app: Flask, compose: Compose, transport: Transport, now: Clock = clock.now) -> None:
        """Take the application with the ledger, who writes letters, and what takes them away."""
        self._app = app
        self._compose = compose
        self._transport = transport
        self._now = now

    def deliver_one(self) -> bool:
        """Attempt the letter that is due the longest; return whether there was one.

        Raises SQLAlchemyError when the database is away.
        """
        return self._attempt() != "nothing"

    def run_until_empty(self) -> int:
        """Attempt everything that is due; return how many letters were sent."""
        sent = 0
        while (outcome := self._attempt()) != "nothing":
            sent += outcome == "sent"
        return sent

    def run(self, stop: threading.Event) -> None:
        """Deliver until told to stop; the letter that is under way then is finished."""
        while not stop.is_set():
            try:
                wait = 0.0 if self.deliver_one() else POLL
            except Exception as error:  # noqa: BLE001 - nothing may end the delivery, such as a database that is away
                log.warning("mail.interrupted", error=type(error).__name__, at=_place(error))
                wait = PAUSE
            stop.wait(wait)

    def _attempt(self) -> Outcome:
        try:
            with UnitOfWork(self._app):
                envelope = store.claim(self._now(), self._now() + LEASE)
                if envelope is None:
                    return "nothing"
                written = self._write(envelope)
        except store.Contended:
            return "contended"
        if not isinstance(written, Letter):
            return written
        # The letter's hash is committed and nothing is open: now it may take as long as it takes.
        failure = self._send(envelope, written)
        return self._mark(envelope, failure)

    def _write(self, envelope: Envelope) -> Letter | Outcome:
        """Let the letter be written; when that breaks, only its own writes are undone."""
        try:
            with store.undone_on_error():
                letter = self._compose(envelope)
        except Exception as error:  # noqa: BLE001 - one letter that can't be written must not hold up others
            # With the database away, this note breaks too, and the claim is undone.
            _tell("mail.not_composed", error, envelope)
            return self._note(envelope, TemporaryFailure(f"not composed: {type(error).__name__}"))
        if letter is None:
            store.drop(envelope)
            log.info("mail.dropped", **_facts(envelope))
            return "dropped"
        return letter

    def _send(self, envelope: Envelope, letter: Letter) -> DeliveryFailure | None:
        if self._now() > (envelope.due_at or 0) - LONGEST_ATTEMPT:
            # This process slept through its claim; somebody else may hold it before the attempt could end.
            return TemporaryFailure("overslept")
        try:
            self._transport.send(envelope, letter)
        except DeliveryFailure as failure:
            return failure
        except Exception as error:  # noqa: BLE001 - whatever it was, the letter is tried again
            _tell("mail.not_sent", error, envelope)
            return TemporaryFailure(type(error).__name__)
        return None

    def _mark(self, envelope: Envelope, failure: DeliveryFailure | None) -> Outcome:
        for pause in MARK_PAUSES:
            try:
                with UnitOfWork(self._app):
                    return self._note(envelope, failure)
            except SQLAlchemyError as error:
                log.warning("mail.not_marked", error=type(error).__name__, **_facts(envelope))
                time.sleep(pause)
        with UnitOfWork(self._app):
            return self._note(envelope, failure)

    def _note(self, envelope: Envelope, failure: DeliveryFailure | None) -> Outcome:
        """Write down what happened, in the unit of work that is under way; not on another's claim."""
        facts = _facts(envelope)
        if failure is None:
            store.mark_sent(envelope, self._now())
            log.info("mail.sent", **facts)
            return "sent"
        due_at = next_attempt(envelope, self._now())
        if isinstance(failure, PermanentFailure) or due_at is None:
            store.mark_failed(envelope, failure.reason)
            log.warning("mail.failed", error=failure.cause, **facts)
            return "failed"
        store.mark_later(envelope, due_at, failure.reason)
        log.info("mail.deferred", error=failure.cause, due_at=due_at, **facts)
        return "deferred"


def _facts(envelope: Envelope) -> dict[str, str | int]:
    """Return what a log may know of a letter: not even its recipient."""
    return {"letter": envelope.id, "kind": envelope.kind, "attempts": envelope.attempts}


def _tell(event: str, error: Exception, envelope: Envelope) -> None:
    """Log what broke, without its text and its traceback: they may hold some of the letter."""
    log.error(event, error=type(error).__name__, at=_place(error), **_facts(envelope))


def _place(error: BaseException) -> str:
    """Return where an exception was raised. Its text may hold values; a place does not."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
