"""Background work of a server process: letters, last uses, notices, housekeeping, keys, the audit trail.

Each run is a unit of work of its own.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from flask import Flask

from authserver.accounts import housekeeping as accounts
from authserver.audit import retention, sealing
from authserver.audit.log import SYSTEM
from authserver.audit.seal import Seal
from authserver.audit.seal_keys import SealKeys
from authserver.base.clock import now
from authserver.clients import expiry_notices
from authserver.clients.last_used import LastUsed
from authserver.clients.store import secrets
from authserver.config import Settings
from authserver.keys.rotation import Rotation
from authserver.mail import store as letters
from authserver.mail.delivery import Delivery
from authserver.management.store import creations
from authserver.oidc.messages.security_event import KEPT
from authserver.oidc.store import grants, interactions, logouts, registers, security_events
from authserver.organizations import housekeeping as organizations
from authserver.provider.logout_delivery import LogoutDelivery
from authserver.throttle import store as counters
from authserver.web.errors import DATABASE_AWAY
from authserver.web.unit_of_work import UnitOfWork

log = structlog.get_logger()

TICK = 0.5
"""Seconds between looks at what is due, and at whether the process ends."""

BATCH = 1000
"""Expired rows that one run deletes at most, so that it never holds others up."""

NOTICES = 50
"""Secrets that one unit of work tells people about at most."""

LETTERS_KEPT = 30 * 86_400
"""Seconds for which the ledger tells of letters that were sent or failed."""

MOST_BATCHES = 100
"""Batches of one run; what is left waits for the next."""


@dataclass(slots=True)
class Job:
    """Something to do every so many seconds."""

    name: str
    every: float
    act: Callable[[], None]
    due_at: float = field(default=0.0)


class Jobs:
    """One thread that does what is due, as long as the process lives, and a last time when it ends."""

    def __init__(
        self,
        app: Flask,
        settings: Settings,
        last_used: LastUsed,
        rotation: Rotation,
        logouts: LogoutDelivery,
        delivery: Delivery | None = None,
    ) -> None:
        """Take what the work needs; nothing runs before `start`. Without a delivery, others send letters."""
        self._logouts = logouts
        self._app = app
        self._settings = settings
        self._delivery = delivery
        self._ending = threading.Event()
        self._last_used = last_used
        self._rotation = rotation
        self._seal_keys = SealKeys.of(settings)
        self._jobs = [
            Job("last_used", 10, self.write_last_used),
            Job("security_events", 10, self.publish_events),
            Job("housekeeping", 60, self.delete_expired),
            Job("expiry_notices", 600, self.tell_of_expiry),
            Job("keys", 600, self.turn_keys),
            Job("audit", 60, self.seal_audit_trail),
        ]

    def start(self) -> None:
        """Begin, in a thread that outlives the main one just long enough to finish."""
        threading.Thread(target=self._run, name="jobs").start()
        threading.Thread(target=self._logouts.run, args=(self._ending,), name="logouts", daemon=True).start()
        if self._delivery:
            # An attempt that is cut off is made again by whoever finds its lease over.
            threading.Thread(
                target=self._delivery.run, args=(self._ending,), name="letters", daemon=True
            ).start()

    def write_last_used(self) -> None:
        """Write when secrets were last used; keep it for the next time when the database is away."""
        used = self._last_used.take()
        if not used:
            return
        try:
            with UnitOfWork(self._app):
                # Whose they are, nobody noted: an id is in one of the tables.
                for kind in (secrets.OF_CLIENTS, secrets.OF_APPLICATIONS, secrets.OF_RESOURCES):
                    secrets.mark_used(kind, used)
        except BaseException:
            self._last_used.put_back(used)
            raise

    def publish_events(self) -> None:
        """Give events their places in the feed, also while nobody reads it: they count from then on."""
        for _ in range(MOST_BATCHES):
            with UnitOfWork(self._app):
                placed = security_events.publish()
            if not placed:
                return

    def delete_expired(self) -> None:
        """Delete what is over, batch by batch."""
        for _ in range(MOST_BATCHES):
            with UnitOfWork(self._app):
                deleted = max(
                    counters.delete_expired(now(), BATCH),
                    accounts.delete_expired(self._settings, now(), BATCH),
                    organizations.delete_expired(now(), BATCH),
                    letters.delete_old(now() - LETTERS_KEPT, BATCH),
                    grants.delete_expired(now(), BATCH),
                    interactions.delete_expired(now(), BATCH),
                    registers.delete_expired(now(), BATCH),
                    creations.delete_expired(now(), BATCH),
                    logouts.delete_old(now() - LETTERS_KEPT, now(), BATCH),
                    security_events.delete_old(now() - KEPT, BATCH),
                )
            if deleted < BATCH:
                return

    def tell_of_expiry(self) -> None:
        """Let letters go out about secrets that expire soon."""
        for _ in range(MOST_BATCHES):
            with UnitOfWork(self._app):
                told = expiry_notices.send(now(), NOTICES)
            if told < NOTICES:
                return

    def turn_keys(self) -> None:
        """Publish successors that are due, and drop keys whose last token has expired."""
        with UnitOfWork(self._app):
            self._rotation.rotate_due(SYSTEM)
            self._rotation.drop_gone()

    def seal_audit_trail(self) -> None:
        """Seal what is due, then cut what is too old, batch by batch."""
        for act in (self._seal, self._cut):
            for _ in range(MOST_BATCHES):
                with UnitOfWork(self._app):
                    made = act()
                if made is None:
                    break
                sealing.tell(made)

    def _seal(self) -> Seal | None:
        keys = self._seal_keys
        return sealing.seal(keys, now()) if sealing.is_due(keys, now()) else None

    def _cut(self) -> Seal | None:
        return retention.cut(self._seal_keys, now(), self._settings.audit_retention)

    def _run(self) -> None:
        while threading.main_thread().is_alive():
            for job in self._jobs:
                if job.due_at <= time.monotonic():
                    self._do(job)
            time.sleep(TICK)
        self._ending.set()
        self._do(self._jobs[0])

    def _do(self, job: Job) -> None:
        job.due_at = time.monotonic() + job.every
        try:
            job.act()
        except DATABASE_AWAY as error:
            # The next run does it.
            log.warning("job.postponed", job=job.name, error=type(error).__name__)
        except Exception:
            # The next run tries again; a job that fails must not end the others.
            log.exception("job.failed", job=job.name)
