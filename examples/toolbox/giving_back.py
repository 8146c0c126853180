"""Refresh tokens that nobody needs any more go back to the provider, and nobody waits for it."""

import logging
import queue
import threading
from collections.abc import Callable

import requests

from examples.toolbox.sign_ins import Tokens

log = logging.getLogger(__name__)

WAITING = 1000
"""Tokens at most; where the provider can't be reached for long, the rest end there by themselves."""


class GivingBack:
    """One thread, started when there is something to do first: servers may fork before that."""

    def __init__(self, revoke: Callable[[Tokens], None]) -> None:
        self._revoke = revoke
        self._waiting: queue.Queue[Tokens] = queue.Queue(WAITING)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def take(self, tokens: Tokens) -> None:
        """Give the refresh token back some time soon, if the provider can be reached."""
        try:
            self._waiting.put_nowait(tokens)
        except queue.Full:
            log.warning("a refresh token was not given back: too many are waiting")
        with self._starting:
            if self._thread is None:
                # A process that ends does not wait for it.
                self._thread = threading.Thread(target=self._work, daemon=True, name="giving-back")
                self._thread.start()

    def _work(self) -> None:
        while True:
            tokens = self._waiting.get()
            try:
                self._revoke(tokens)
            except (requests.RequestException, ValueError, KeyError) as fault:
                log.warning("a refresh token was not given back: %r", fault)
            finally:
                del tokens
