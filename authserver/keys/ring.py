"""The keys of this moment: who signs, and what is published. Read at most once a second, parsed once."""

from dataclasses import dataclass

import orjson

from authserver.base.cache import ShortCache
from authserver.base.clock import Clock
from authserver.keys import store
from authserver.keys.lifecycle import Algorithm, state
from authserver.keys.signer import Signer
from authserver.keys.store import StoredKey
from authserver.keys.vault import Vault

NO_KEYS = b'{"keys":[]}'


@dataclass(frozen=True, slots=True)
class Keys:
    """What the database held at one moment."""

    active: dict[Algorithm, StoredKey]
    jwks: bytes
    hints: bytes


class NoSigningKey(Exception):  # noqa: N818 - it says what is missing
    """No key of an algorithm signs now; `authserver migrate` makes the first ones."""


class KeyRing:
    """Signers and the published key set, the same on every instance within a second."""

    def __init__(self, vault: Vault, clock: Clock, *, token_life: int, outage: int) -> None:
        """Take the longest life of a token, and how long the key set outlasts an absent database.

        Both are seconds; the second is the JWKS max-age, which verifiers may keep the set for anyway.
        """
        self._vault = vault
        self._clock = clock
        self._token_life = token_life
        self._cache: ShortCache[str, Keys] = ShortCache(self._read, size=1, outage=outage)
        self._signers: dict[str, Signer] = {}

    def signer(self, algorithm: Algorithm) -> Signer:
        """Return who signs with an algorithm now. Raises NoSigningKey."""
        keys = self._cache.get("")
        key = keys.active.get(algorithm) if keys else None
        if key is None:
            raise NoSigningKey(algorithm)
        return self._signers.get(key.times.kid) or self._parse(key)

    def algorithms(self) -> tuple[Algorithm, ...]:
        """Return the algorithms that have a key which signs now."""
        keys = self._cache.get("")
        return tuple(keys.active) if keys else ()

    def jwks(self) -> bytes:
        """Return the JWK Set document (RFC 7517 section 5).

        Public members only, the same bytes until keys change.
        """
        keys = self._cache.get("")
        return keys.jwks if keys else NO_KEYS

    def hints(self) -> bytes:
        """Return the JWK Set of all keys whose ID tokens, expired ones, still tell whom they were about."""
        keys = self._cache.get("")
        return keys.hints if keys else NO_KEYS

    def _read(self, _key: str) -> Keys:
        stored = store.everything()
        times = [key.times for key in stored]
        now = self._clock()
        states = [(key, state(key.times, times, now, self._token_life)) for key in stored]
        published = [key.public_jwk for key, its in states if its not in ("gone", "forgotten")]
        telling = [key.public_jwk for key, its in states if its != "forgotten"]
        active = {key.times.algorithm: key for key, its in states if its == "active"}
        self._forget_others({key.times.kid for key in active.values()})
        return Keys(active, _document(published), _document(telling))

    def _parse(self, key: StoredKey) -> Signer:
        kid = key.times.kid
        signer = Signer(kid, key.times.algorithm, self._vault.open(key.sealed_private_key, kid))
        self._signers[kid] = signer
        return signer

    def _forget_others(self, kids: set[str]) -> None:
        self._signers = {kid: signer for kid, signer in self._signers.items() if kid in kids}


def _document(keys: list[dict[str, str]]) -> bytes:
    return orjson.dumps({"keys": keys}, option=orjson.OPT_SORT_KEYS)
