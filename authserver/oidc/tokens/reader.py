"""Reading tokens of this server's own making: one front door for all of them."""

from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from authserver.base.clock import Clock
from authserver.oidc.ports import Keys

LARGEST = 16 * 1024
"""Characters of a token; refused before it is split (CVE-2025-61920 and its like)."""

KEPT = 2000
"""Tokens whose signature is not verified again; about 2 KiB each."""

LEEWAY = 60
"""Seconds by which the clocks of instances may differ."""


class UnreadableToken(Exception):  # noqa: N818 - it says what it is
    """A text is no token of this kind that this server signed. The text says why, for the log alone."""


class TokenReader:
    """Verifies signature, kind, issuer and times."""

    def __init__(self, issuer: str, keys: Keys, clock: Clock) -> None:
        """Take who signs, with which keys, and the clock."""
        self._issuer = issuer
        self._keys = keys
        self._clock = clock
        # Both at once: who reads them while they change must not take one with the other's.
        self._parsed: dict[bool, tuple[bytes, dict[str, Key]]] = {}
        # What a signature was found to cover, by token and kind, and with which keys: it counts as long as
        # these are the ones. Whether the token still counts is asked each time.
        self._verified: dict[tuple[str, str, bool], tuple[dict[str, Key], Any]] = {}

    def read(self, token: str, typ: str, *, expired: bool = False) -> dict[str, Any]:
        """Return the claims of a token of a kind (its `typ`); with `expired`, also of one whose time is over.

        `sub`, where there is one, is a text. Raises UnreadableToken for everything else.
        """
        if len(token) > LARGEST or not token.isascii():
            raise UnreadableToken("no compact JWS")
        keys = self._current(expired=expired)
        with_keys, claims = self._verified.get((token, typ, expired), (None, None))
        if with_keys is not keys:
            claims = _verify(token, typ, keys)
            if len(self._verified) >= KEPT:
                self._verified = {}
            self._verified[token, typ, expired] = (keys, claims)
        return self._checked(claims, expired=expired).copy()

    def _current(self, *, expired: bool) -> dict[str, Key]:
        document, keys = self._parsed.get(expired, (b"", {}))
        # A hint outlives the key that signed it: rotation comes round while people stay signed in.
        current = self._keys.hints() if expired else self._keys.jwks()
        if current == document:
            return keys
        keys = {str(key.kid): key for key in KeySet.import_key_set(orjson.loads(current)).keys}
        self._parsed[expired] = (current, keys)
        return keys

    def _checked(self, claims: Any, *, expired: bool) -> dict[str, Any]:
        # A list-valued `iss` (CVE-2026-75509) is not this issuer.
        if not isinstance(claims, dict) or claims.get("iss") != self._issuer:
            raise UnreadableToken("another issuer")
        # Machine tokens of the identityserver style have none.
        if not isinstance(claims.get("sub", ""), str):
            raise UnreadableToken("a sub that is no text")
        exp, nbf, iat = claims.get("exp"), claims.get("nbf", 0), claims.get("iat", 0)
        if not (isinstance(exp, int) and isinstance(nbf, int) and isinstance(iat, int)):
            raise UnreadableToken("times")
        now = self._clock()
        # RFC 7519 sections 4.1.4 and 4.1.5.
        if (exp <= now and not expired) or max(nbf, iat) > now + LEEWAY:
            raise UnreadableToken("expired, or not yet valid")
        return claims


def _verify(token: str, typ: str, published: dict[str, Key]) -> Any:
    try:
        header = jws.extract_compact(token.encode()).headers()
        key = _key(header, typ, published)
        payload = jws.deserialize_compact(token, key, algorithms=[str(key.get("alg"))]).payload
        return orjson.loads(payload or b"")
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise UnreadableToken("header, signature or payload") from error


def _key(header: dict[str, Any], typ: str, published: dict[str, Key]) -> Key:
    # RFC 8725 section 3.11: one kind of token never stands in for another.
    if header.get("typ") != typ:
        raise UnreadableToken("another kind of token")
    kid = header.get("kid")
    key = published.get(kid) if isinstance(kid, str) else None
    # RFC 8725 section 3.1: the key says which algorithm is right, never the token.
    if key is None or key.get("alg") != header.get("alg"):
        raise UnreadableToken("unknown key")
    return key
