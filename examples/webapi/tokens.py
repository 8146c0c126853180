"""Verifies access tokens without asking anybody: signature, kind, issuer, audience, times (RFC 9068)."""

import json
import re
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from .keys import Keys
from .refusals import invalid
from .settings import Settings

Claims = dict[str, Any]

LONGEST = 16 * 1024
"""Characters of a token; the server's have about 700."""
LEEWAY = 60
"""Seconds that two clocks may differ."""
FAR = 10**11
"""Unix seconds, some thousand years ahead: what lies further is no time."""

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_CHANGES_THE_MEANING = {"crit", "b64", "zip", "enc"}


class Verifier:
    """Verifies tokens of one issuer for one audience."""

    def __init__(self, settings: Settings, keys: Keys, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._keys = keys
        self._clock = clock

    async def claims(self, token: str) -> Claims:
        """Return what a good token says.

        Raises:
            RefusedError: it is not good.
            KeysUnavailableError: nobody knows whether it is.
        """
        # Before anything takes it apart: work and memory are bounded by this.
        if len(token) > LONGEST or not _COMPACT.fullmatch(token):
            raise invalid("This is no token.")
        try:
            claims = await self._signed(token)
        # Whatever nonsense strangers encode: a recursion without end is one of theirs.
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise invalid("The token can not be verified.") from error
        self._check(claims)
        return claims

    async def _signed(self, token: str) -> dict[str, Any]:
        _say_nothing_twice(token)
        header = jws.extract_compact(token.encode()).headers()
        kid = self._key_id(header)
        key = await self._keys.find(kid)
        # One key, by its id, and never another; keys in the header (jwk, jku, x5u, x5c) are not looked at.
        if key is None:
            raise invalid("The key is unknown.")
        return jwt.decode(token, key, algorithms=[self._settings.algorithm]).claims

    def _key_id(self, header: Mapping[str, Any]) -> str:
        # RFC 8725 section 3.1: the algorithm is the verifier's choice.
        if header.get("alg") != self._settings.algorithm:
            raise invalid("The algorithm is another.")
        # RFC 9068 section 4: MUST be at+jwt, so that no other kind of token passes for an access token.
        if str(header.get("typ")).lower() not in ("at+jwt", "application/at+jwt"):
            raise invalid("This is no access token.")
        # RFC 7515 section 4.1.11: what is critical and not understood MUST be refused.
        if not _CHANGES_THE_MEANING.isdisjoint(header):
            raise invalid("The header asks for too much.")
        kid = header.get("kid")
        if not isinstance(kid, str):
            raise invalid("The key is not named.")
        return kid

    def _check(self, claims: Claims) -> None:
        # RFC 9068 section 4: iss MUST be the issuer exactly; a list is not.
        if claims.get("iss") != self._settings.issuer:
            raise invalid("The issuer is another.")
        # The same: aud MUST contain this API.
        if self._settings.audience not in _audience(claims.get("aud")):
            raise invalid("The token is for another API.")
        # RFC 9068 section 2.2: required, and single names.
        if not all(isinstance(claims.get(name), str) for name in ("sub", "client_id", "jti", "scope")):
            raise invalid("A claim is missing.")
        self._check_times(claims)

    def _check_times(self, claims: Claims) -> None:
        now = self._clock()
        # RFC 7519 sections 4.1.4 to 4.1.6. Asked so that what is no number is refused as well.
        if not now < _number(claims.get("exp")) + LEEWAY:
            raise invalid("The token is expired.")
        beginnings = (claims.get("iat"), claims.get("nbf", now))
        if not all(_number(beginning) <= now + LEEWAY for beginning in beginnings):
            raise invalid("The token is not valid yet.")


def _say_nothing_twice(token: str) -> None:
    """Raise ValueError when header or claims have a member twice: programs differ in which they believe."""
    # RFC 7515 section 4 and RFC 7519 section 4: names MUST be unique.
    for part in token.split(".")[:2]:
        json.loads(urlsafe_b64decode(f"{part}==="), object_pairs_hook=_once)


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("a member stands there twice")
    return found


def _audience(aud: object) -> list[object]:
    return aud if isinstance(aud, list) else [aud]


def _number(value: object) -> float:
    # What Python reads as JSON may be infinite as well, and nothing that never ends is a token.
    if not isinstance(value, int | float) or not 0 <= value < FAR:
        raise invalid("A time is no number.")
    return value
