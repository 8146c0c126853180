"""Asking for a page of the feed, and whether to believe it: the checks of docs/security-events.md.

Copy it with `security_events.py`, and change it.
"""

import base64
import json
import time
from typing import Any
from urllib.parse import quote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from examples.timely import LARGEST, get

TYPE = "secevent-feed+jwt"
ALGORITHMS = ["ES256", "RS256", "EdDSA"]
LEEWAY = 60
"""Seconds by which this machine's clock may differ from the server's."""


class _AsLargeAsAnswers(JWSRegistry):
    """The library refuses more than 128,000 characters; an event of many permissions is larger by itself."""

    max_payload_length = LARGEST


_registry = _AsLargeAsAnswers(algorithms=ALGORITHMS)


class Pages:
    """Questions to one issuer for one API.

    They raise OSError, HTTPException, JoseError, ValueError, and KeyError where a member is missing.
    """

    def __init__(self, issuer: str, audience: str, resource: str, secret: str, timeout: float) -> None:
        """Take who is asked, who the API is there, and seconds for each answer."""
        pair = f"{quote_plus(resource)}:{quote_plus(secret)}".encode()
        self._proof = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        self._issuer, self._audience, self._timeout = issuer, audience, timeout
        self.until = float("inf")
        """When an answer must be there at the latest (monotonic)."""
        self.forget()

    def forget(self) -> None:
        """Know no address and no key."""
        self.found: tuple[str, str] | None = None
        self._keys = KeySet([])

    def page(self, after: str) -> dict[str, Any] | None:
        """Return what comes behind a place, None when it is nothing."""
        address, jwks_uri = self.found = self.found or self._discover()
        seen = {} if after == "0" else {"If-None-Match": f'W/"{after}"'}
        body = self._get(f"{address}?after={after}", self._proof | seen)
        if body is None and seen:
            return None
        page = self.read((body or b"").decode(), after, jwks_uri)
        if page["more"] and page["next"] == after:
            raise ValueError("a page that leads nowhere")
        return page

    def read(self, text: str, after: str, jwks_uri: str) -> dict[str, Any]:
        """Return the claims of a page that the issuer signed for this API just now."""
        try:
            page = _signed(text, self._keys)
        except (JoseError, ValueError):
            # Perhaps the key is new: they rotate.
            self._keys = self._key_set(jwks_uri)
            page = _signed(text, self._keys)
        return _believed(page, issuer=self._issuer, audience=self._audience, after=after)

    def renew_address(self) -> None:
        """Ask discovery again; what it said before is kept until it answers."""
        self.found = self._discover()

    def renew_keys(self) -> None:
        """Ask for the key set again; the old one is kept until it is there."""
        _, jwks_uri = self.found or self._discover()
        self._keys = self._key_set(jwks_uri)

    def _discover(self) -> tuple[str, str]:
        metadata = self._document(f"{self._issuer}/.well-known/openid-configuration")
        # RFC 8414 section 3.3: it MUST be this issuer's.
        if metadata["issuer"] != self._issuer:
            raise ValueError("metadata of another issuer")
        address, jwks_uri = metadata["security_events_endpoint"], metadata["jwks_uri"]
        if self._issuer.startswith("https://") and not address.startswith("https://"):
            raise ValueError("an address without TLS: the secret is not sent there")
        return address, jwks_uri

    def _key_set(self, jwks_uri: str) -> KeySet:
        return KeySet.import_key_set(self._document(jwks_uri))

    def _document(self, url: str) -> Any:
        return json.loads(self._get(url, {}) or b"")

    def _get(self, url: str, headers: dict[str, str]) -> bytes | None:
        return get(url, min(self._timeout, self.until - time.monotonic()), headers)


def _signed(text: str, keys: KeySet) -> jwt.Token:
    """Return a page that one of these keys signed. Raises JoseError, ValueError."""
    return jwt.decode(text, keys, registry=_registry)


def _believed(page: jwt.Token, *, issuer: str, audience: str, after: str) -> dict[str, Any]:
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
