"""The public keys of clients: registered with them, or at an address of theirs and fetched when needed."""

import threading
import time
from typing import Any, NamedTuple

import orjson
import structlog

from authserver.base.fetch import Crowded, Fetched, Fetcher, Unreachable
from authserver.clients.application import Application
from authserver.web.unit_of_work import let_go

log = structlog.get_logger()

KEPT = 300
"""Seconds for which fetched keys are used."""

PAUSE = 5
"""Seconds between two fetches for one address, however many unknown keys are named."""

BELIEVED = 86_400
"""Seconds for which keys are used on while their address gives none: it may be down for a reason."""

MOST = 1000
"""Addresses whose keys are kept."""

MOST_KEYS = 20
"""Keys of one address."""

LONGEST_MEMBER = 1400
"""Characters of a member of a key: an RSA modulus of 8192 bits has 1366."""

# RFC 7518 section 6: what a public key consists of. Private parts are not ours to read, and cost much to.
_PUBLIC = frozenset({"kty", "use", "key_ops", "alg", "kid", "n", "e", "crv", "x", "y"})
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

OK = 200
GONE = (404, 410)


class Kept(NamedTuple):
    """Keys that were fetched, when that was tried last, and when it succeeded last (monotonic seconds)."""

    keys: dict[str, Any]
    at: float
    good_at: float


class ClientKeys:
    """Keys by client. What is fetched may be minutes old; who may ask at all never depends on it."""

    def __init__(self, fetcher: Fetcher) -> None:
        """Take who fetches."""
        self._fetcher = fetcher
        self._kept: dict[str, Kept] = {}
        self._turns: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def keys_of(self, application: Application, *, fresh: bool) -> dict[str, Any]:
        """Return a client's JWK Set, an empty one when there is none to be had."""
        url = application.jwks_uri
        if not url:
            return application.jwks or {"keys": []}
        asked_at = time.monotonic()
        kept = self._recent(url, PAUSE if fresh else KEPT, asked_at)
        if kept:
            return kept.keys
        # No transaction waits for a stranger.
        let_go()
        # One call to an address at a time: whoever waits takes what it brings.
        with self._turn(url):
            kept = self._kept.get(url)
            if kept and kept.at >= asked_at:
                return kept.keys
            return self._fetched(application, kept)

    def _recent(self, url: str, age: float, now: float) -> Kept | None:
        kept = self._kept.get(url)
        return kept if kept and now - kept.at < age else None

    def _turn(self, url: str) -> threading.Lock:
        with self._lock:
            if len(self._turns) >= MOST:
                self._turns.clear()
            return self._turns.setdefault(url, threading.Lock())

    def _fetched(self, application: Application, kept: Kept | None) -> dict[str, Any]:
        before: dict[str, Any] = kept.keys if kept else {"keys": []}
        try:
            keys = _keys_in(self._fetcher.get(application.jwks_uri, accept="application/json"))
        except Crowded:
            # It tells nothing about this client: the next request asks again.
            return before
        except (Unreachable, ValueError) as error:
            log.warning("client_keys.unreachable", client_id=application.id, error=type(error).__name__)
            keys = None
        now = time.monotonic()
        good_at = now if keys is not None else kept.good_at if kept else 0.0
        if keys is None:
            keys = before if now - good_at < BELIEVED else {"keys": []}
        with self._lock:
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[application.jwks_uri] = Kept(keys, now, good_at)
        return keys


def _keys_in(answer: Fetched) -> dict[str, Any]:
    """Return the public keys of an answer. Raises ValueError when it is no JWK Set."""
    if answer.status in GONE:
        return {"keys": []}
    document = orjson.loads(answer.body) if answer.status == OK else None
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise ValueError("no JWK Set")  # noqa: TRY004 - it came over the network
    usable = [{name: jwk[name] for name in _PUBLIC & jwk.keys()} for jwk in keys if _is_public(jwk)]
    return {"keys": usable[:MOST_KEYS]}


def _is_public(jwk: object) -> bool:
    if not isinstance(jwk, dict) or _PRIVATE & jwk.keys():
        return False
    return all(len(str(jwk[name])) <= LONGEST_MEMBER for name in _PUBLIC & jwk.keys())
