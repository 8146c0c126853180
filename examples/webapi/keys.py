"""The issuer's public keys: found by discovery, kept, fetched again every few minutes and for new key ids."""

import asyncio
import logging
import time
from collections.abc import Callable

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

LIFETIME = 300
"""Seconds until the set is fetched again, so that withdrawn keys go."""
LONGEST_LIFE = 3600
"""Seconds for which a set is trusted while the issuer doesn't answer."""
PAUSE_AFTER_FAILURE = 5
PAUSE_BETWEEN_QUESTIONS = 30
"""Seconds between two fetches for the sake of a key id that a token names: anybody can make up key ids."""

log = logging.getLogger(__name__)


class KeysUnavailableError(Exception):
    """The issuer can't be asked, and what it said last is too old."""


class Keys:
    """The keys of one issuer for one algorithm, by key id. Belongs to one event loop."""

    def __init__(self, issuer: str, algorithm: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._algorithm = algorithm
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._good_until = clock()
        self._next_question = clock()
        self._lock = asyncio.Lock()

    async def follow(self) -> None:
        """Fetch the set again and again, until cancelled: no request waits for that."""
        while True:
            async with self._lock:
                fetched = await self._fetch()
            await asyncio.sleep(LIFETIME if fetched else PAUSE_AFTER_FAILURE)

    async def find(self, kid: str) -> Key | None:
        """Return the key with an id, or None when the issuer has none.

        Raises:
            KeysUnavailableError: nobody knows.
        """
        if kid not in self._current():
            async with self._lock:
                await self._ask_for(kid)
        if self._clock() >= self._good_until:
            raise KeysUnavailableError
        return self._keys.get(kid)

    async def _ask_for(self, kid: str) -> None:
        # Whoever had the lock before may have brought it.
        if kid not in self._current() and self._clock() >= self._next_question:
            self._next_question = self._clock() + PAUSE_BETWEEN_QUESTIONS
            await self._fetch()

    def _current(self) -> dict[str, Key]:
        return self._keys if self._clock() < self._good_until else {}

    async def _fetch(self) -> bool:
        try:
            self._keys = await self._published()
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            log.warning("no keys from %s: %r", self._issuer, error)
            return False
        self._good_until = self._clock() + LONGEST_LIFE
        return True

    async def _published(self) -> dict[str, Key]:
        async with httpx.AsyncClient(timeout=5) as http:
            found = await http.get(f"{self._issuer}/.well-known/openid-configuration")
            metadata = found.raise_for_status().json()
            # OpenID Connect Discovery 1.0 section 4.3: the issuer MUST be the one that was asked.
            if metadata["issuer"] != self._issuer:
                raise ValueError("another issuer answers")
            published = (await http.get(metadata["jwks_uri"])).raise_for_status().json()
        return {
            key["kid"]: JWKRegistry.import_key(key)
            for key in published["keys"]
            if key.get("alg") == self._algorithm and isinstance(key.get("kid"), str)
        }
