"""Signs the pages among the test vectors of the feed anew: `python -m tests.docs.make_vectors`.

The cases of the rule in the same file are written by hand, and stay.
"""

import json
from typing import Any

from authserver.oidc.messages.security_event import token_ended
from tests.docs.test_security_events import VECTORS
from tests.oidc.signing import key_of, mistaken, public, signed

ISSUER, AUDIENCE, AFTER, NOW = "https://id.example.com", "orders", "39", 1795228430
HEADER = {"alg": "ES256", "typ": "secevent-feed+jwt", "kid": str(key_of("ES256").kid)}
PAGE = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "iat": NOW,
    "exp": NOW + 300,
    "window": 4200,
    "after": AFTER,
    "next": "42",
    "more": False,
    "security_events": [
        {"type": token_ended("x", NOW).type, "toe": NOW, "match": {"jti": "x"}, "issued_until": NOW + 2}
    ],
}


def page(*, owner: str = "server", header: dict[str, Any] | None = None, **claims: Any) -> str:
    """Return a signed page with changes; what is None is left out."""
    said = {name: value for name, value in (PAGE | claims).items() if value is not None}
    heading = {name: value for name, value in (HEADER | (header or {})).items() if value is not None}
    return signed(said, heading, key_of("ES256", owner))


def hashed() -> str:
    """Return a page that takes the public key for a shared secret (RFC 8725 section 2.1)."""
    secret = mistaken(key_of("ES256"))[0]
    return signed_by_secret(PAGE, HEADER | {"alg": "HS256"}, secret)
