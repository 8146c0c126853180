"""Authentication by a signed assertion: private_key_jwt (RFC 7523 section 3, Core section 9)."""

import math
from dataclasses import dataclass
from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import import_key

from authserver.base.clock import Clock
from authserver.clients.application import SIGNING_ALGORITHMS, Application
from authserver.oidc.ports import ClientKeys, UsedAssertions

LARGEST = 16 * 1024
LONGEST_LIFE = 300
"""Seconds that an assertion may live."""

LEEWAY = 60
LONGEST_JTI = 1024
ALGORITHMS = (*SIGNING_ALGORITHMS, "PS256")
# RFC 7518 section 3.1 and RFC 8037 section 3.1.
_KEY_TYPES = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}


class Unproven(Exception):  # noqa: N818 - it says what it is
    """An assertion does not prove who asks. The text says why, for the log alone."""


@dataclass(frozen=True, slots=True)
class Assertions:
    """Reads assertions; each is good once."""

    audiences: frozenset[str]
    """What an assertion may be made out to: the issuer, or the token endpoint, as older clients do."""
    keys: ClientKeys
    used: UsedAssertions
    clock: Clock

    def prove(self, client: Application, assertion: str) -> None:
        """Check that an application signed an assertion. Raises Unproven."""
        claims = self._verified(client, assertion)
        now = self.clock()
        # RFC 7523 section 3: iss and sub are the client's id; aud names this server, and it alone.
        if claims.get("iss") != client.id or claims.get("sub") != client.id:
            raise Unproven("iss or sub")
        if _single(claims.get("aud")) not in self.audiences:
            raise Unproven("aud")
        expires_at = _expiry(claims, now)
        jti = claims.get("jti")
        # OpenID Connect Core section 9: jti is REQUIRED, and good once.
        if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
            raise Unproven("jti")
        if not self.used.claim(client.id, jti, expires_at + LEEWAY):
            raise Unproven("seen before")

    def _verified(self, client: Application, assertion: str) -> dict[str, Any]:
        try:
            return _read(assertion, self.keys.keys_of(client, fresh=False))
        except Unproven:
            if not client.jwks_uri:
                raise
            # The client may have turned its keys since they were fetched.
            return _read(assertion, self.keys.keys_of(client, fresh=True))


def _expiry(claims: dict[str, Any], now: int) -> int:
    exp, nbf, iat = claims.get("exp"), claims.get("nbf", 0), claims.get("iat", 0)
    # RFC 7519 section 2: NumericDate may have a fraction.
    if not (isinstance(exp, int | float) and isinstance(nbf, int | float) and isinstance(iat, int | float)):
        raise Unproven("times")
    if not now - LEEWAY < exp <= now + LONGEST_LIFE + LEEWAY or max(nbf, iat) > now + LEEWAY:
        raise Unproven("expired, too long-lived, or not yet valid")
    # Rounded up: the register forgets an assertion only when nobody takes it any more.
    return math.ceil(exp)


def claimed_client(assertion: str) -> str:
    """Return whom an assertion says it comes from, unverified; an empty text when it can't be read."""
    if len(assertion) > LARGEST or not assertion.isascii():
        return ""
    try:
        claims = orjson.loads(jws.extract_compact(assertion.encode()).payload or b"")
    except (JoseError, ValueError, TypeError, KeyError):
        return ""
    subject = claims.get("sub") if isinstance(claims, dict) else None
    return subject if isinstance(subject, str) else ""


def _read(assertion: str, jwks: dict[str, Any]) -> dict[str, Any]:
    try:
        header = jws.extract_compact(assertion.encode()).headers()
        algorithm = header.get("alg")
        # RFC 8725 section 3.1: asymmetric algorithms that this server knows, and no other.
        if algorithm not in ALGORITHMS:
            raise Unproven("alg")
        for jwk in jwks["keys"]:
            if jwk.get("kty") != _KEY_TYPES[algorithm]:
                continue
            # OpenID Connect Core section 10.1: a key set may come without kid; then each key is tried.
            if header.get("kid") is None or jwk.get("kid") in (None, header["kid"]):
                claims = _opened(assertion, jwk, algorithm)
                if isinstance(claims, dict):
                    return claims
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unproven("can't be read") from error
    raise Unproven("signature")


def _opened(assertion: str, jwk: dict[str, Any], algorithm: str) -> object:
    try:
        key = import_key(jwk)
        return orjson.loads(jws.deserialize_compact(assertion, key, algorithms=[algorithm]).payload or b"")
    except (JoseError, ValueError, TypeError, KeyError):
        # Another key of the set may fit; what is not understood is passed over (RFC 7517 section 5).
        return None


def _single(audience: object) -> object:
    # RFC 7523bis: one audience, so that an assertion made for somebody else can't be used here.
    if isinstance(audience, list):
        audience = audience[0] if len(audience) == 1 else None
    return audience if isinstance(audience, str) else None
