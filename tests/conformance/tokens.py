"""Tokens that the provider did not make."""

import base64
import json
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey


def unsigned(claims: dict[str, Any]) -> str:
    """Return a JWT with the algorithm `none` (RFC 7519 section 6)."""
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def signed_by_a_stranger(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """Return a JWT that looks like the provider's, with a key of our own behind its `kid`."""
    return jwt.encode(header, claims, RSAKey.generate_key(2048), algorithms=["RS256"])


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
