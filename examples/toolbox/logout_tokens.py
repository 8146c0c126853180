"""Logout tokens: the provider says that a session is over (OpenID Connect Back-Channel Logout 1.0)."""

import time
from collections.abc import Callable
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from examples.toolbox.id_tokens import ALGORITHM, LARGEST

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPE = "logout+jwt"
LEEWAY = 60
"""Seconds by which two clocks may differ."""

LONGEST = 600
"""Seconds: a logout token that wants to live longer is no logout token."""


class ForgedError(Exception):
    """Not a logout token of our provider for us; says why, for the log."""


def session_of(
    token: str, issuer: str, client_id: str, keys: Callable[[str], KeySet], now: float | None = None
) -> str:
    """Return the id of the session that is over, in the order of section 2.6. Raises ForgedError."""
    # Before anything is taken apart: what is too large costs nothing.
    if not token or len(token) > LARGEST:
        raise ForgedError("no token, or too large")
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
        _check_header(header)
        # Only this algorithm; and joserfc refuses what RFC 7515 section 4.1.11 says: critical extensions.
        claims = jwt.decode(token, keys(header["kid"]), algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError, TypeError) as fault:
        raise ForgedError(f"not signed by the provider: {fault}") from fault
    _check_claims(claims, issuer, client_id)
    _check_times(claims, time.time() if now is None else now)
    return str(claims["sid"])


def _check_header(header: dict[str, Any]) -> None:
    # RFC 8725 section 3.11: explicit typing; an ID token or an access token is none.
    if header.get("typ") != TYPE:
        raise ForgedError("the type is not that of a logout token")
    # Without an id there would be a guess which key is meant.
    if not isinstance(header.get("kid"), str):
        raise ForgedError("no key is named")


def _check_claims(claims: dict[str, Any], issuer: str, client_id: str) -> None:
    audience = claims.get("aud")
    checks = (
        (claims.get("iss") == issuer, "another issuer"),
        (client_id in (audience if isinstance(audience, list) else [audience]), "for somebody else"),
        (_is_text(claims.get("jti")), "no jti"),
        (_is_text(claims.get("sid")), "no sid: it names no session that we could end"),
        (_is_event(claims.get("events")), "it does not say that a session is over"),
        # Section 2.4: a nonce is PROHIBITED, so that no ID token passes for a logout token.
        ("nonce" not in claims, "it has a nonce"),
    )
    for good, why in checks:
        if not good:
            raise ForgedError(why)


def _check_times(claims: dict[str, Any], now: float) -> None:
    issued, ends = claims.get("iat"), claims.get("exp")
    begins = claims.get("nbf", issued)
    if type(issued) is not int or type(ends) is not int or type(begins) is not int:
        raise ForgedError("iat or exp is missing, or a time is no number")
    if not max(issued, begins) - LEEWAY <= now < ends + LEEWAY:
        raise ForgedError("too old, or of the future")
    if ends - issued > LONGEST:
        raise ForgedError("it lives too long")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_event(events: object) -> bool:
    return isinstance(events, dict) and isinstance(events.get(EVENT), dict)
