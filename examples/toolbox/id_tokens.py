"""What an ID token must be beyond what Authlib checks: signature, crit, times, nonce and azp are its part."""

import base64
import hashlib
import hmac
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc.errors import InvalidClaimError

ALGORITHM = "RS256"
"""What Toolbox is registered for. Never taken from a token, nor from the discovery document."""

LARGEST = 16_384
"""Characters of a token that is taken apart."""

TYPES = ("JWT", None)
"""Other kinds of tokens that the provider signs say what they are: `at+jwt`, `logout+jwt`."""


class IdToken(CodeIDToken):  # type: ignore[misc] # Authlib has no types
    """The claims of one whose signature is good, and its header."""

    def validate(self, now: int | None = None, leeway: int = 0) -> None:
        """Raise JoseError unless it is an ID token of the provider for us, as of now (Unix seconds)."""
        for name, good in (*_header(self.header), *_claims(self)):
            if not good:
                raise InvalidClaimError(name)
        super().validate(now, leeway)


def belongs_to(claims: dict[str, Any], access_token: str) -> bool:
    """Return whether an access token is the one that the ID token came with, as far as it says so."""
    # OpenID Connect Core section 3.1.3.6: at_hash is the left half of the hash of the token.
    if "at_hash" not in claims:
        return True
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    wanted = base64.urlsafe_b64encode(half).rstrip(b"=")
    return _is_text(said := claims["at_hash"]) and hmac.compare_digest(said.encode(), wanted)


def _header(header: dict[str, Any]) -> tuple[tuple[str, bool], ...]:
    return (
        ("alg", header.get("alg") == ALGORITHM),
        # RFC 8725 section 3.11: explicit typing keeps kinds of tokens apart.
        ("typ", header.get("typ") in TYPES),
        # Without an id there would be a guess which key is meant.
        ("kid", _is_text(header.get("kid"))),
    )


def _claims(claims: dict[str, Any]) -> tuple[tuple[str, bool], ...]:
    # OpenID Connect Core section 2: these are text. A list or a number is compared with care by nobody.
    return tuple((name, _is_text(claims.get(name))) for name in ("iss", "sub", "sid", "nonce"))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)
