"""The provider, as a relying party knows it: all of it read over HTTP."""

from dataclasses import dataclass, field
from typing import Any

import requests
from joserfc import jwt
from joserfc.jwk import KeySet

Claims = dict[str, Any]


@dataclass(frozen=True)
class Provider:
    """Its discovery document and its keys."""

    metadata: Claims = field(repr=False)
    keys: KeySet = field(repr=False)

    @classmethod
    def at(cls, issuer: str) -> "Provider":
        """Read the discovery document and the key set."""
        metadata = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
        assert metadata["issuer"] == issuer
        return cls(metadata, KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json()))

    @property
    def issuer(self) -> str:
        """Its name."""
        return str(self.metadata["issuer"])

    def verified(self, token: str, *algorithms: str) -> jwt.Token:
        """Return a token that it signed with one of its published keys."""
        decoded = jwt.decode(token, self.keys, algorithms=algorithms)
        assert decoded.header["kid"] in {key.kid for key in self.keys.keys}
        return decoded
