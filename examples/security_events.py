"""Following the feed of security events, so that tokens which ended are refused within seconds.

For APIs that verify access tokens offline: needs joserfc (`pip install joserfc`) and no framework.

    follower = Follower("https://id.example.com", audience="orders", resource="orders", secret=SECRET).start()
    claims = verify(token)                # signature, issuer, audience, times: as always
    if reason := follower.refuses(claims):
        answer 401, error="invalid_token"

docs/security-events.md describes the rules. Copy this file with `ended_tokens.py`, `signed_pages.py` and
`timely.py`, and change them.
"""

import base64
import json
import logging
import os
import threading
import time
import urllib.error
import weakref
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import quote_plus

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from examples.ended_tokens import Ended
from examples.signed_pages import believed, signed
from examples.timely import get

log = logging.getLogger(__name__)

WHOLE = 600
"""Seconds after which the whole window is read once more, also of a server that was set back."""
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
        pair = f"{quote_plus(resource)}:{quote_plus(secret)}".encode()
        self._proof = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        self._issuer, self._audience = issuer, audience
        self._every, self._timeout, self._on_change = every, timeout, on_change
        self._ended, self._news = Ended(), False
        self._after, self._begun_anew, self._failures = "0", False, 0
        self._began_at = time.monotonic()
        self._heard_at = self._whole_at = self._warn_at = float("-inf")
        self._found: tuple[str, str] | None = None
        self._keys = KeySet([])
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
        self._begun_anew = False
        self._first.set()
        return self._every

    def _prepare(self) -> None:
        self._first, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._follow, name="security-events", daemon=True)

    def _in_child(self) -> None:
        """Go on in a process that was forked off: threads, and what they hold, stay behind."""
        following = self._thread.ident is not None and not self._closing.is_set()
        self._ended = self._ended.copy()
        self._prepare()
        # What the thread was doing just then is unknown.
        self._whole_at, self._keys = float("-inf"), KeySet([])
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
        if time.monotonic() >= self._whole_at:
            self._after, self._whole_at = "0", time.monotonic() + WHOLE
            self._found, self._keys = None, KeySet([])
        self._found = address, jwks_uri = self._found or self._discover()
        seen = {} if self._after == "0" else {"If-None-Match": f'W/"{self._after}"'}
        try:
            body = get(f"{address}?after={self._after}", self._timeout, self._proof | seen)
        except urllib.error.HTTPError as error:
            return self._refused(error)
        if body is None and seen:
            return False
        return self._take(self._read((body or b"").decode(), jwks_uri))

    def _refused(self, error: urllib.error.HTTPError) -> bool:
        """Begin anew where the server never told this place, as one that was set back to a backup; once."""
        if error.code != HTTPStatus.BAD_REQUEST or self._after == "0" or self._begun_anew:
            raise error
        self._after, self._begun_anew = "0", True
        return True

    def _take(self, page: dict[str, Any]) -> bool:
        if page["more"] and page["next"] == self._after:
            raise ValueError("a page that leads nowhere")
        self._ended.add(page["security_events"])
        # By the server's clock, as `issued_until` is.
        self._ended.forget(page["iat"] - page["window"])
        # Only now: an answer that can't be read is asked for again.
        self._after = page["next"]
        self._news = self._news or bool(page["security_events"])
        self._tell()
        return bool(page["more"])

    def _discover(self) -> tuple[str, str]:
        metadata = self._document(f"{self._issuer}/.well-known/openid-configuration")
        # RFC 8414 section 3.3: it MUST be this issuer's.
        if metadata["issuer"] != self._issuer:
            raise ValueError("metadata of another issuer")
        address, jwks_uri = metadata["security_events_endpoint"], metadata["jwks_uri"]
        if self._issuer.startswith("https://") and not address.startswith("https://"):
            raise ValueError("an address without TLS: the secret is not sent there")
        return address, jwks_uri

    def _document(self, url: str) -> Any:
        return json.loads(get(url, self._timeout, {}) or b"")

    def _read(self, text: str, jwks_uri: str) -> dict[str, Any]:
        """Return the claims of a page that the issuer signed for this API just now. Raises."""
        try:
            page = signed(text, self._keys)
        except (JoseError, ValueError):
            # Perhaps the key is new: they rotate.
            self._keys = KeySet.import_key_set(self._document(jwks_uri))
            page = signed(text, self._keys)
        return believed(page, issuer=self._issuer, audience=self._audience, after=self._after)


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
