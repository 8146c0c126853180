"""The claims of an ID token (OpenID Connect Core section 2)."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

from authserver.keys.lifecycle import Algorithm
from authserver.oidc.messages.grant import Grant
from authserver.oidc.vocabulary import PASSWORD_ACR, PASSWORD_AMR

LIFETIME = 3600
"""Seconds."""


@dataclass(frozen=True, slots=True)
class IdToken:
    """What an ID token will say. `more` are claims about the person."""

    grant: Grant
    algorithm: Algorithm
    with_nonce: bool = True
    more: dict[str, Any] = field(default_factory=dict)


def claims(token: IdToken, issuer: str, now: int, access_token: str) -> dict[str, object]:
    """Return the claims of a token made now (Unix seconds)."""
    grant = token.grant
    said: dict[str, object] = {
        **token.more,
        "iss": issuer,
        "sub": grant.account_id,
        "aud": grant.client_id,
        "exp": now + LIFETIME,
        "iat": now,
        "auth_time": grant.authenticated_at,
        "acr": PASSWORD_ACR,
        "amr": PASSWORD_AMR,
        "sid": grant.session_id,
        "at_hash": left_half(access_token, token.algorithm),
    }
    # OpenID Connect Core section 12.2: after a refresh there SHOULD be no nonce.
    if grant.nonce and token.with_nonce:
        said["nonce"] = grant.nonce
    return said


def left_half(text: str, algorithm: Algorithm) -> str:
    """Return a hash such as `at_hash` (OpenID Connect Core section 3.1.3.6)."""
    # RFC 8032 section 5.1: Ed25519 uses SHA-512 inside; the other two are named after SHA-256.
    hashed = (hashlib.sha512 if algorithm == "EdDSA" else hashlib.sha256)(text.encode()).digest()
    return base64.urlsafe_b64encode(hashed[: len(hashed) // 2]).rstrip(b"=").decode()
