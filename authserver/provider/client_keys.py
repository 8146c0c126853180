"""The public keys of clients: registered with them, or at an address of theirs and fetched when needed."""

import threading
import time
from typing import Any, NamedTuple

import orjson
import structlog

from authserver.base.fetch import Fetcher, Unreachable
from authserver.clients.application import Application
from authserver.web.unit_of_work import let_go

log = structlog.get_logger()

KEPT = 300
"""Seconds for which fetched keys are used."""

PAUSE = 5
"""Seconds between two fetches for one address, however many unknown keys are named."""

MOST = 1000
"""Addresses whose keys are kept."""

OK = 200


class Kept(NamedTuple):
    """Keys that were fetched, and when (monotonic seconds)."""

    keys: dict[str, Any]
    at: float


class ClientKeys:
    """Keys by client. What is fetched may be minutes old; who may ask at all never depends on it."""

    def __init__(self, fetcher: Fetcher) -> None:
        """Take who fetches."""
        self._fetcher = fetcher
        self._kept: dict[str, Kept] = {}
        self._lock = threading.Lock()

    def keys_of(self, application: Application, *, fresh: bool) -> dict[str, Any]:
        """Return a client's JWK Set, an empty one when there is none to be had."""
        if not application.jwks_uri:
            return application.jwks or {"keys": []}
        kept = self._kept.get(application.jwks_uri)
        age = time.monotonic() - kept.at if kept else KEPT
        if kept and age < (PAUSE if fresh else KEPT):
            return kept.keys
        keys = self._fetched(application) or (kept.keys if kept else {"keys": []})
        with self._lock:
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[application.jwks_uri] = Kept(keys, time.monotonic())
        return keys

    def _fetched(self, application: Application) -> dict[str, Any] | None:
        # No transaction waits for a stranger.
        let_go()
        try:
            answer = self._fetcher.get(application.jwks_uri, accept="application/json")
            document = orjson.loads(answer.body) if answer.status == OK else None
        except (Unreachable, orjson.JSONDecodeError) as error:
            log.warning("client_keys.unreachable", client_id=application.id, error=type(error).__name__)
            return None
        return document if isinstance(document, dict) and isinstance(document.get("keys"), list) else None
