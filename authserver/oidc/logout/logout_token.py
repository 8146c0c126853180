"""The logout token (Back-Channel Logout section 2.4)."""

from authserver.base.handles import new_handle
from authserver.oidc.vocabulary import LOGOUT_EVENT

LIFETIME = 120
"""Seconds; the specification recommends two minutes at most."""


def claims(issuer: str, client_id: str, subject: str, session_id: str, now: int) -> dict[str, object]:
    """Return the claims of a token made now (Unix seconds). There is never a nonce in it."""
    return {
        "iss": issuer,
        "sub": subject,
        "aud": client_id,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": new_handle(),
        "sid": session_id,
        "events": {LOGOUT_EVENT: {}},
    }
