"""Discovery (OpenID Connect Discovery section 4, RFC 8414): what works here, and nothing that does not."""

from dataclasses import dataclass, field

import orjson

from authserver.clients.api_client import AUTH_METHODS
from authserver.clients.resource import Resource
from authserver.oidc.ports import Catalogue
from authserver.oidc.settings import ProtocolSettings
from authserver.oidc.vocabulary import CLIENT_CREDENTIALS, JWKS, TOKEN


@dataclass(slots=True)
class Discovery:
    """Renders the metadata; the bytes are made once per change of the catalogue."""

    settings: ProtocolSettings
    catalogue: Catalogue
    _made_from: dict[str, Resource] | None = field(default=None, init=False)
    _made: bytes = field(default=b"", init=False)

    def __call__(self) -> bytes:
        """Return the document. Everything derives from the configured issuer, never from the request."""
        by_scope = self.catalogue.by_scope()
        if by_scope is not self._made_from:
            made = orjson.dumps(metadata(self.settings.issuer, by_scope))
            # The same content keeps the same bytes object, so that its headers are not made again either.
            self._made = self._made if made == self._made else made
            self._made_from = by_scope
        return self._made


def metadata(issuer: str, by_scope: dict[str, Resource]) -> dict[str, object]:
    """Return the metadata (RFC 8414 section 2): no nulls, and no empty array but the one that is required."""
    said: dict[str, object] = {
        "issuer": issuer,
        "token_endpoint": issuer + TOKEN,
        "jwks_uri": issuer + JWKS,
        "grant_types_supported": [CLIENT_CREDENTIALS],
        # RFC 8414 section 2: REQUIRED, also while there is nothing to put in it.
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": list(AUTH_METHODS),
    }
    if by_scope:
        said["scopes_supported"] = sorted(by_scope)
    return said
