"""How an API checks an access token by itself: discovery, the key set kept, signature, type and claims."""

import threading
from typing import Any

import requests
from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

Claims = dict[str, Any]


class Refused(Exception):  # noqa: N818 - the word that tests use
    """A token is not good here: an error of RFC 6750 section 3.1, and why."""

    def __init__(self, error: str, reason: str) -> None:
        super().__init__(f"{error}: {reason}")
        self.error = error
        self.status = 403 if error == "insufficient_scope" else 401


class Verifier:
    """Verifies tokens of one issuer for one API, asking the issuer for its keys only."""

    def __init__(self, issuer: str, audience: str, scope: str) -> None:
        self.fetches = 0
        self._issuer = issuer
        self._scope = scope
        self._rules = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            # With the three above: what RFC 9068 section 2.2 requires, and the scope.
            sub={"essential": True},
            client_id={"essential": True},
            iat={"essential": True},
            jti={"essential": True},
            scope={"essential": True},
        )
        self._keys: KeySet | None = None
        self._lock = threading.Lock()

    def claims(self, token: str) -> Claims:
        """Return the claims of a good token. Raises Refused."""
        try:
            claims = self._verified(token)
        except JoseError as error:
            raise Refused("invalid_token", str(error)) from error
        if self._scope not in str(claims["scope"]).split(" "):
            raise Refused("insufficient_scope", f"the scope is {claims['scope']}")
        return claims

    def _verified(self, token: str) -> Claims:
        header = jws.extract_compact(token.encode()).headers()
        if header.get("typ") != "at+jwt":
            raise Refused("invalid_token", f"the type is {header.get('typ')}")
        decoded = jwt.decode(token, self._keys_with(header.get("kid")), algorithms=["ES256"])
        self._rules.validate(decoded.claims)
        return decoded.claims

    def _keys_with(self, kid: str | None) -> KeySet:
        with self._lock:
            keys = self._keys or self._fetch()
            try:
                keys.get_by_kid(kid)
            except InvalidKeyIdError:
                # The issuer has other keys by now.
                keys = self._fetch()
            self._keys = keys
            return keys

    def _fetch(self) -> KeySet:
        self.fetches += 1
        address = f"{self._issuer}/.well-known/openid-configuration"
        discovery = requests.get(address, timeout=10).json()
        assert discovery["issuer"] == self._issuer
        return KeySet.import_key_set(requests.get(discovery["jwks_uri"], timeout=10).json())
