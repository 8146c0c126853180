"""Whether to believe a page of the feed: the checks of docs/security-events.md, without any network.

Copy it with `security_events.py`, and change it.
"""

from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from examples.timely import LARGEST

TYPE = "secevent-feed+jwt"
ALGORITHMS = ["ES256", "RS256", "EdDSA"]
LEEWAY = 60
"""Seconds by which this machine's clock may differ from the server's."""


class _AsLargeAsAnswers(JWSRegistry):
    """The library refuses more than 128,000 characters; an event of many permissions is larger by itself."""

    max_payload_length = LARGEST


_registry = _AsLargeAsAnswers(algorithms=ALGORITHMS)


def signed(text: str, keys: KeySet) -> jwt.Token:
    """Return a page that one of these keys signed. Raises JoseError, ValueError."""
    return jwt.decode(text, keys, registry=_registry)


def believed(page: jwt.Token, *, issuer: str, audience: str, after: str) -> dict[str, Any]:
    """Return what a page says that an issuer made for an API just now. Raises JoseError, ValueError."""
    rules = jwt.JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        iat={"essential": True},
        exp={"essential": True},
        after={"essential": True, "value": after},
    )
    rules.validate(page.claims)
    # RFC 8725 section 3.11: one kind of token never stands in for another.
    if page.header.get("typ") != TYPE:
        raise ValueError("another kind of token")
    return page.claims
