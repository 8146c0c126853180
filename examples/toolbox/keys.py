"""The provider's published keys: fetched when they are old or one is missing, by one thread for all.

Whoever may send a token may name a key that does not exist. So what counts is when the provider was asked
last, whatever it answered, and nobody waits for another's question who has keys to go on with.
"""

import logging
import math
import threading
import time
from collections.abc import Callable

import requests
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

log = logging.getLogger(__name__)

KEPT = 300
"""Seconds; then they are fetched again, so that a key that the provider withdrew goes."""

BELIEVED = 3600
"""Seconds for which they are believed while they can't be fetched again."""

FETCHED_AGAIN = 10
"""Seconds between two questions: strangers can't make us hammer the provider."""


class NotNowError(Exception):
    """The provider can't give what is needed at this moment; says why, for the log. Nobody is signed out."""


class PublishedKeys:
    """What the provider said last, and when it was asked."""

    def __init__(self, fetch: Callable[[], KeySet], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._clock = fetch, clock
        self._fetching = threading.Lock()
        self._found: KeySet | None = None
        self._fetched = self._asked = -math.inf
        self._failed = False

    def all(self) -> KeySet:
        """Return the keys of now, as far as the provider can be reached. Raises NotNowError."""
        if self._clock() - self._fetched > KEPT:
            self._ask()
        if self._found is None or self._clock() - self._fetched > BELIEVED:
            raise NotNowError("the provider's keys can't be had")
        return self._found

    def holding(self, kid: str) -> KeySet:
        """Return the keys, fetched again when none has this id. Raises NotNowError."""
        found = self.all()
        if any(key.kid == kid for key in found):
            return found
        if not self._ask():
            raise NotNowError("whether there is such a key can't be asked now")
        return self.all()

    def _ask(self) -> bool:
        """Fetch them unless that was just done; return whether the last answer was a good one."""
        if not self._fetching.acquire(blocking=self._found is None):
            return False
        try:
            if self._clock() - self._asked > FETCHED_AGAIN:
                self._fetch_now()
            return not self._failed
        finally:
            self._fetching.release()

    def _fetch_now(self) -> None:
        self._failed = True
        try:
            self._found = self._fetch()
            self._fetched, self._failed = self._clock(), False
        except (requests.RequestException, JoseError, ValueError, TypeError, KeyError) as fault:
            log.warning("the provider's keys were not fetched: %r", fault)
        finally:
            # After the answer: who waited for one that did not come does not ask once more.
            self._asked = self._clock()
