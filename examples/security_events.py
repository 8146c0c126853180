"""Following the feed of security events, so that tokens which ended are refused within seconds.

For APIs that verify access tokens offline: needs joserfc (`pip install joserfc`) and no framework.

    follower = Follower("https://id.example.com", audience="orders", resource="orders", secret=SECRET).start()
    claims = verify(token)                # signature, issuer, audience, times: as always
    if reason := follower.refuses(claims):
        answer 401, error="invalid_token"

docs/security-events.md describes the rules. Copy this file and change it.
"""

import base64
import http.client
import json
import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from typing import Any, Self
from urllib.parse import quote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

log = logging.getLogger(__name__)

TYPE = "secevent-feed+jwt"
ALGORITHMS = ["ES256", "RS256", "EdDSA"]
LEEWAY = 60
"""Seconds by which this machine's clock may differ from the server's."""
WHOLE = 600
"""Seconds after which the whole window is read once more, also of a server that was set back."""
SLOWEST = 10.0
"""Seconds between two attempts while the server can't be reached."""
REFUSED = 30.0
"""Seconds between two attempts while it refuses."""
LARGEST = 4 * 1024 * 1024
"""Bytes of an answer."""


Key = tuple[tuple[str, str], ...]
Event = dict[str, Any]


class Ended:
    """The events of the window, found by what they are about: a token costs a handful of look-ups."""

    def __init__(self) -> None:
        """Begin with none."""
        self._events: dict[Key, list[Event]] = {}
        self._kinds: set[tuple[tuple[str, int], ...]] = set()
        self._lock = threading.Lock()

    def add(self, events: Iterable[Event]) -> None:
        """Take events; one that is there already is no other."""
        with self._lock:
            for event in events:
                key = tuple(sorted(event["match"].items()))
                # Of a jti the beginning is told, so its length is part of the kind: there are few of them.
                self._kinds.add(tuple((name, len(value) if name == "jti" else 0) for name, value in key))
                same = self._events.setdefault(key, [])
                if event not in same:
                    same.append(event)

    def forget(self, before: float) -> None:
        """Drop events whose tokens were all issued before a time (Unix seconds)."""
        with self._lock:
            kept = {
                key: [event for event in events if event["issued_until"] >= before]
                for key, events in self._events.items()
            }
            self._events = {key: events for key, events in kept.items() if events}

    def refuses(self, claims: dict[str, Any]) -> str | None:
        """Return the type of an event that ended a token with these verified claims, None when none did."""
        with self._lock:
            keys = [
                tuple((name, str(claims.get(name))[: n or None]) for name, n in kind) for kind in self._kinds
            ]
            found = [event for key in keys for event in self._events.get(key, ())]
        return next((str(event["type"]) for event in found if _ends(event, claims)), None)


def _ends(event: dict[str, Any], claims: dict[str, Any]) -> bool:
    if claims["iat"] > event["issued_until"]:
        return False
    if event.get("except_scope") in _words(claims.get("scope")):
        return False
    left = event.get("permissions")
    return left is None or not set(_words(claims.get("permissions"))) <= set(left)


def _words(value: object) -> list[str]:
    return value.split() if isinstance(value, str) else list(value) if isinstance(value, list) else []


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        """Follow none: the secret goes to the issuer alone."""


_opener = urllib.request.build_opener(_NoRedirects)


def _get(url: str, timeout: float, headers: dict[str, str]) -> bytes | None:
    """Return what an address says, None for 304. Raises OSError (also for every other status)."""
    if not url.startswith(("https://", "http://")):
        raise ValueError("no address of the web")
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - looked at above
    try:
        with _opener.open(request, timeout=timeout) as response:
            return bytes(response.read(LARGEST))
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.NOT_MODIFIED:
            return None
        raise


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
        self._ended = Ended()
        self._after, self._whole_at, self._heard_at, self._failures = "0", 0.0, float("-inf"), 0
        self._found: tuple[str, str] | None = None
        self._keys = KeySet([])
        self._first, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._follow, name="security-events", daemon=True)

    def start(self, wait: float = 5.0) -> Self:
        """Begin, and wait a few seconds for the first answer. Without one the API starts all the same."""
        self._thread.start()
        if not self._first.wait(wait):
            log.warning("security events: no answer yet; tokens that ended are good until they expire")
        return self

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
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
            while self._ask():
                pass
        except Exception as error:  # noqa: BLE001 - whatever it is, the thread goes on
            # And what is known goes on to count: nothing but freshness is lost.
            self._failures += 1
            if self._failures == 1:
                log.warning("security events: %s", error)
            return _pause(error, self._every * 2 ** min(self._failures, 8))
        self._heard_at, self._failures = time.monotonic(), 0
        self._first.set()
        return self._every

    def _follow(self) -> None:
        while not self._closing.wait(self.poll()):
            pass

    def _ask(self) -> bool:
        """Ask once; return whether there is more."""
        self._found = address, jwks_uri = self._found or self._discover()
        if time.monotonic() >= self._whole_at:
            self._after, self._whole_at = "0", time.monotonic() + WHOLE
            self._keys = KeySet([])
        seen = {} if self._after == "0" else {"If-None-Match": f'W/"{self._after}"'}
        body = _get(f"{address}?after={self._after}", self._timeout, self._proof | seen)
        if body is None:
            return False
        page = self._read(body.decode(), jwks_uri)
        self._ended.add(page["security_events"])
        self._ended.forget(time.time() - page["window"])
        # Only now: an answer that can't be read is asked for again.
        self._after = page["next"]
        if page["security_events"]:
            self._on_change()
        return bool(page["more"])

    def _discover(self) -> tuple[str, str]:
        metadata = self._document(f"{self._issuer}/.well-known/openid-configuration")
        return metadata["security_events_endpoint"], metadata["jwks_uri"]

    def _document(self, url: str) -> Any:
        return json.loads(_get(url, self._timeout, {}) or b"")

    def _read(self, text: str, jwks_uri: str) -> dict[str, Any]:
        """Return the claims of a page that the issuer signed for this API just now. Raises."""
        page = self._verified(text, jwks_uri)
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            after={"essential": True, "value": self._after},
        )
        rules.validate(page.claims)
        # RFC 8725 section 3.11: one kind of token never stands in for another.
        if page.header.get("typ") != TYPE:
            raise ValueError("another kind of token")
        return page.claims

    def _verified(self, text: str, jwks_uri: str) -> jwt.Token:
        try:
            return jwt.decode(text, self._keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # Perhaps the key is new: they rotate.
            self._keys = KeySet.import_key_set(self._document(jwks_uri))
            return jwt.decode(text, self._keys, algorithms=ALGORITHMS)


def _pause(error: Exception, usual: float) -> float:
    """Return the seconds until the next attempt after a fault."""
    answered = error if isinstance(error, urllib.error.HTTPError) else None
    told = str(answered.headers.get("Retry-After", "")) if answered else ""
    if told.isdigit():
        return min(float(told), REFUSED)
    # What the server refuses nobody but a person will mend.
    refused = answered and answered.code < http.HTTPStatus.INTERNAL_SERVER_ERROR
    return REFUSED if refused else min(usual, SLOWEST)
