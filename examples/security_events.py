"""Following the feed of security events, so that tokens which ended are refused within seconds.

For APIs that verify access tokens offline: needs joserfc (`pip install joserfc`) and no framework.

    follower = Follower("https://id.example.com", audience="orders", resource="orders", secret=SECRET).start()
    claims = verify(token)                # signature, issuer, audience, times: as always
    if reason := follower.refuses(claims):
        answer 401, error="invalid_token"

docs/security-events.md describes the rules. Copy this file with `event_pages.py`, `ended_tokens.py`
and `timely.py`, and change them.
"""

import logging
import os
import threading
import time
import urllib.error
import weakref
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Self

from examples.ended_tokens import Ended
from examples.event_pages import Pages

log = logging.getLogger(__name__)

WHOLE = 600
"""Seconds after which discovery, keys and the whole window are read once more, also of one set back."""
SOONEST = 2.0
"""Seconds between two attempts at least, whatever the server asks for."""
SLOWEST = 10.0
"""Seconds between two attempts while the server can't be reached."""
REFUSED = 30.0
"""Seconds between two attempts while it refuses."""
ALARM = 60.0
"""Seconds between two warnings while no good answer comes."""


class Follower:
    """One thread that asks every two seconds, and what it learned."""

    def __init__(
        self,
        issuer: str,
        *,
        audience: str,
        resource: str,
        secret: str,
        every: float = 2.0,
        timeout: float = 2.0,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the issuer, who the API is there, seconds, and whom to tell when there are events."""
        self._pages = Pages(issuer, audience, resource, secret, timeout)
        self._every, self._on_change = every, on_change
        self._ended, self._news = Ended(), False
        self._failures, self._began_at = 0, time.monotonic()
        self._heard_at = self._warn_at = float("-inf")
        self._begin()
        self._prepare()
        _after_fork(self._in_child)

    def start(self, wait: float = 5.0) -> Self:
        """Begin, and wait a few seconds for the first answer. Without one the API starts all the same."""
        self._thread.start()
        if not self._first.wait(wait):
            log.warning("security events: no answer yet; tokens that ended are good until they expire")
        return self

    def close(self) -> None:
        """End the thread, after the answer that it may be waiting for."""
        self._closing.set()
        if self._thread.ident and self._thread is not threading.current_thread():
            self._thread.join()

    def refuses(self, claims: dict[str, Any]) -> str | None:
        """Return why a token with these verified claims is good no more, None when nothing is known."""
        return self._ended.refuses(claims)

    @property
    def silent_for(self) -> float:
        """Seconds since the last good answer: to be watched."""
        return time.monotonic() - self._heard_at

    def poll(self) -> float:
        """Ask until everything was told; return the seconds after which to ask again."""
        self._begun_anew, self._pages.until = False, float("inf")
        try:
            self._tell()
            while self._ask() and not self._closing.is_set():
                pass
        except Exception as error:  # noqa: BLE001 - whatever it is, the thread goes on
            # And what is known goes on to count: nothing but freshness is lost.
            return self._failed(error)
        if self._failures:
            log.warning("security events: they come again, after %d seconds", self._silence())
        self._heard_at, self._failures, self._warn_at = time.monotonic(), 0, float("-inf")
        self._first.set()
        return self._rest()

    def _begin(self) -> None:
        """Know no place, no address and no key; events that are known stay."""
        self._after, self._begun_anew = "0", False
        self._pages.forget()
        self._stale: list[Callable[[], object]] = []
        self._whole_at = time.monotonic() + WHOLE

    def _prepare(self) -> None:
        self._first, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._follow, name="security-events", daemon=True)

    def _in_child(self) -> None:
        """Go on in a process that was forked off: threads, and what they hold, stay behind."""
        following = self._thread.ident is not None and not self._closing.is_set()
        self._ended = self._ended.copy()
        self._prepare()
        # What the thread was doing just then is unknown.
        self._begin()
        if following:
            self._thread.start()

    def _follow(self) -> None:
        pause = 0.0
        while not self._closing.wait(pause):
            try:
                pause = self.poll()
            except BaseException:
                log.exception("security events: a fault of the follower")
                pause = SLOWEST

    def _failed(self, error: Exception) -> float:
        self._failures += 1
        if time.monotonic() >= self._warn_at:
            self._warn_at = time.monotonic() + ALARM
            log.warning("security events: no good answer for %d seconds: %s", self._silence(), error)
        if time.monotonic() >= self._whole_at:
            # Perhaps it is elsewhere now.
            self._pages.found = None
        return _pause(error, self._every * 2 ** min(self._failures, 8))

    def _silence(self) -> float:
        return time.monotonic() - max(self._heard_at, self._began_at)

    def _tell(self) -> None:
        """Tell of news, again and again until whoever is told could do its work."""
        if not self._news:
            return
        try:
            self._on_change()
            self._news = False
        except Exception:
            log.exception("security events: on_change fails, and is called again")

    def _ask(self) -> bool:
        """Ask once; return whether to ask on."""
        try:
            page = self._pages.page(self._after)
        except urllib.error.HTTPError as error:
            return self._refused(error)
        if page is None:
            return False
        self._take(page)
        # Only now: an answer that can't be read is asked for again.
        self._after = page["next"]
        self._tell()
        return bool(page["more"])

    def _refused(self, error: urllib.error.HTTPError) -> bool:
        """Begin anew where the server never told this place, as one set back to a backup; once in a poll."""
        if error.code != HTTPStatus.BAD_REQUEST or self._after == "0" or self._begun_anew:
            raise error
        self._after, self._begun_anew = "0", True
        return True

    def _take(self, page: dict[str, Any]) -> None:
        self._ended.add(page["security_events"])
        # By the server's clock, as `issued_until` is.
        self._ended.forget(page["iat"] - page["window"])
        self._news = self._news or bool(page["security_events"])

    def _rest(self) -> float:
        """Renew what was read long ago, in the time until the next question; return what is left of it.

        No question waits for it: what comes meanwhile is heard as soon as ever.
        """
        began = time.monotonic()
        self._pages.until = began + self._every
        if began >= self._whole_at:
            self._whole_at, self._again = began + WHOLE, "0"
            self._stale = [self._pages.renew_address, self._pages.renew_keys, self._renew_window]
        if not self._stale:
            return self._every
        try:
            while self._stale and time.monotonic() < began + self._every / 2 and not self._closing.is_set():
                # True: there is more of it.
                if not self._stale[0]():
                    del self._stale[0]
        except Exception as error:  # noqa: BLE001 - as above; what is known stays until it succeeds
            log.warning("security events: what was read long ago can't be renewed: %s", error)
            self._stale, self._whole_at = [], time.monotonic() + ALARM
        return max(self._pages.until - time.monotonic(), 0.0)

    def _renew_window(self) -> bool:
        """Read one page of all there is once more; return whether another follows."""
        page = self._pages.page(self._again)
        if page is None:
            return False
        self._take(page)
        self._again = page["next"]
        self._tell()
        return bool(page["more"])


def _after_fork(act: Callable[[], None]) -> None:
    """Let a method be called in children, as of gunicorn with --preload; without keeping its object alive."""
    again = weakref.WeakMethod(act)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: (go_on := again()) and go_on())


def _pause(error: Exception, usual: float) -> float:
    """Return the seconds until the next attempt after a fault."""
    answered = error if isinstance(error, urllib.error.HTTPError) else None
    told = str(answered.headers.get("Retry-After", "")) if answered else ""
    # RFC 9110 section 10.2.3: seconds. Other digits than these are none of it.
    if told.isascii() and told.isdigit():
        return min(max(float(told), SOONEST), REFUSED)
    # What the server refuses nobody but a person will mend.
    refused = answered and answered.code < HTTPStatus.INTERNAL_SERVER_ERROR
    return REFUSED if refused else min(usual, SLOWEST)
