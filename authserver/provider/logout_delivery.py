"""Telling applications that a session ended (Back-Channel Logout section 2.5): from a ledger, in parallel.

An attempt is claimed, made, and noted: a server that dies in between leaves a claim that runs out, and
somebody else tries again. Applications may hear twice; they never wait for one another, and no person waits
for them.
"""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import structlog
from flask import Flask

from authserver.base.clock import Clock
from authserver.base.fetch import Fetcher, Unreachable
from authserver.clients.application import Application
from authserver.clients.store import applications
from authserver.keys.ring import KeyRing
from authserver.oidc.logout import logout_token
from authserver.oidc.store import logouts
from authserver.oidc.store.logouts import Logout
from authserver.oidc.vocabulary import LOGOUT_TOKEN_TYPE
from authserver.web.metrics import count_logout
from authserver.web.unit_of_work import UnitOfWork

log = structlog.get_logger()

AT_ONCE = 8
"""Calls that are made at the same time."""

EACH = 2
"""Calls to one application at the same time: one that is slow to answer leaves room for the others."""

LEASE = 30
"""Seconds that one attempt may take, its own deadline and the database included."""

POLL = 0.5
"""Seconds between two looks into the ledger."""

PAUSE = 2.0
"""Seconds to wait when the database is away."""

AGAIN = (5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600)
"""Seconds after which an attempt that failed is made again; after the last one the ledger gives up."""

TAKEN = (200, 204)
"""Back-Channel Logout section 2.8: 200; frameworks that send nothing say 204."""


class LogoutDelivery:
    """Works through the ledger until told to stop."""

    def __init__(self, app: Flask, issuer: str, keys: KeyRing, fetcher: Fetcher, now: Clock) -> None:
        """Take who signs, who calls, and whose ledger it is."""
        self._app = app
        self._issuer = issuer
        self._keys = keys
        self._fetcher = fetcher
        self._now = now
        self._under_way: list[str] = []

    def run(self, stop: threading.Event) -> None:
        """Deliver until told to stop; attempts that are under way then are finished."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="logout") as pool:
            places = threading.Semaphore(AT_ONCE)
            while not stop.is_set():
                try:
                    wait = 0.0 if self._begin(pool, places) else POLL
                except Exception as error:  # noqa: BLE001 - nothing may end the delivery, such as a database that is away
                    log.warning("logout.interrupted", error=type(error).__name__)
                    wait = PAUSE
                stop.wait(wait)

    def run_once(self) -> int:
        """Attempt what is due, one after the other; return how many applications took the news."""
        return sum(map(self.attempt, self._claim(AT_ONCE)))

    def attempt(self, logout: Logout) -> bool:
        """Make one attempt; return whether the application took the news."""
        taken, over = False, False
        try:
            with UnitOfWork(self._app):
                application = applications.find(logout.client_id)
                token = self._token(application, logout) if application else ""
            over = application is None or not application.active or not application.backchannel_logout_uri
            taken = application is not None and not over and self._post(application, token)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is an attempt that failed
            log.warning("logout.interrupted", error=type(error).__name__, client_id=logout.client_id)
        try:
            with UnitOfWork(self._app):
                self._note(logout, taken=taken, over=over)
        except Exception as error:  # noqa: BLE001 - the claim runs out, and somebody tries again
            log.warning("logout.interrupted", error=type(error).__name__, client_id=logout.client_id)
        return taken

    def _begin(self, pool: ThreadPoolExecutor, places: threading.Semaphore) -> bool:
        """Claim one line for which there is a place, and let it be told; return whether there was one."""
        if not places.acquire(timeout=POLL):
            return True
        claimed: list[Logout] = []
        try:
            claimed = self._claim(1)
        finally:
            if not claimed:
                places.release()
        for logout in claimed:
            self._under_way.append(logout.client_id)
            pool.submit(self._attempt_in, places, logout)
        return bool(claimed)

    def _attempt_in(self, places: threading.Semaphore, logout: Logout) -> None:
        try:
            self.attempt(logout)
        finally:
            self._under_way.remove(logout.client_id)
            places.release()

    def _claim(self, most: int) -> list[Logout]:
        full = [client_id for client_id, calls in Counter(self._under_way).items() if calls >= EACH]
        with UnitOfWork(self._app):
            return logouts.claim(self._now(), self._now() + LEASE, most, full)

    def _token(self, application: Application, logout: Logout) -> str:
        claims = logout_token.claims(
            self._issuer, logout.client_id, logout.account_id, logout.session_id, self._now()
        )
        # Back-Channel Logout section 2.4: signed like ID tokens.
        return self._keys.signer(application.id_token_algorithm).sign(LOGOUT_TOKEN_TYPE, claims)

    def _post(self, application: Application, token: str) -> bool:
        try:
            status = self._fetcher.post_form(application.backchannel_logout_uri, {"logout_token": token})
        except Unreachable as error:
            log.info("logout.unreachable", client_id=application.id, error=str(error))
            return False
        if status not in TAKEN:
            log.info("logout.refused", client_id=application.id, status=status)
        return status in TAKEN

    def _note(self, logout: Logout, *, taken: bool, over: bool) -> None:
        if taken:
            logouts.told(logout.id, self._now())
            count_logout("told")
            log.info("logout.told", client_id=logout.client_id, attempts=logout.attempts)
        elif over or logout.attempts > len(AGAIN):
            logouts.again(logout, None)
            count_logout("failed")
            log.warning("logout.failed", client_id=logout.client_id, attempts=logout.attempts)
        else:
            logouts.again(logout, self._now() + AGAIN[logout.attempts - 1])
            count_logout("again")
