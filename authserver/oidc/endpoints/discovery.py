"""Discovery (OpenID Connect Discovery section 4, RFC 8414): what works here, and nothing that does not."""

from dataclasses import dataclass, field

import orjson

from authserver.clients.api_client import AUTH_METHODS as SECRET_METHODS
from authserver.clients.application import AUTH_METHODS, PERSONAL_SCOPES, SIGNING_ALGORITHMS
from authserver.clients.resource import Resource
from authserver.oidc.authorization.client import RESPONSE_MODES
from authserver.oidc.authorization.profile import RULES
from authserver.oidc.authorization.prompt import PROMPTS
from authserver.oidc.client_auth.assertion import ALGORITHMS as ASSERTION_ALGORITHMS
from authserver.oidc.ports import Catalogue
from authserver.oidc.settings import ProtocolSettings
from authserver.oidc.tokens.person_claims import SUPPORTED
from authserver.oidc.vocabulary import (
    AUTHORIZATION_CODE,
    AUTHORIZE,
    CLIENT_CREDENTIALS,
    END_SESSION,
    INTROSPECTION,
    JWKS,
    PASSWORD_ACR,
    REFRESH_TOKEN,
    REVOCATION,
    SECURITY_EVENTS,
    TOKEN,
    USERINFO,
)


@dataclass(slots=True)
class Discovery:
    """Renders the metadata; the bytes are made once per change of the catalogue."""

    settings: ProtocolSettings
    catalogue: Catalogue
    languages: tuple[str, ...] = ("en",)
    _made_from: dict[str, Resource] | None = field(default=None, init=False)
    _made: bytes = field(default=b"", init=False)

    def __call__(self) -> bytes:
        """Return the document. Everything derives from the configured issuer, never from the request."""
        by_scope = self.catalogue.by_scope()
        if by_scope is not self._made_from:
            made = orjson.dumps(metadata(self.settings.issuer, by_scope, self.languages))
            # The same content keeps the same bytes object, so that its headers are not made again either.
            self._made = self._made if made == self._made else made
            self._made_from = by_scope
        return self._made


def metadata(issuer: str, by_scope: dict[str, Resource], languages: tuple[str, ...]) -> dict[str, object]:
    """Return the metadata (RFC 8414 section 2): no nulls, no empty arrays."""
    response_types = sorted({each for rules in RULES.values() for each in rules.response_types})
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + AUTHORIZE,
        "token_endpoint": issuer + TOKEN,
        "userinfo_endpoint": issuer + USERINFO,
        "jwks_uri": issuer + JWKS,
        "revocation_endpoint": issuer + REVOCATION,
        "introspection_endpoint": issuer + INTROSPECTION,
        "end_session_endpoint": issuer + END_SESSION,
        # Of no specification: docs/security-events.md.
        "security_events_endpoint": issuer + SECURITY_EVENTS,
        "scopes_supported": [*PERSONAL_SCOPES, *sorted(by_scope)],
        "response_types_supported": response_types,
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": [AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS],
        "subject_types_supported": ["public"],
        "acr_values_supported": [PASSWORD_ACR],
        "id_token_signing_alg_values_supported": list(SIGNING_ALGORITHMS),
        "userinfo_signing_alg_values_supported": list(SIGNING_ALGORITHMS),
        "token_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        # Whoever can keep no secret is told nothing about tokens (RFC 7662 section 2.1).
        "introspection_endpoint_auth_methods_supported": [*SECRET_METHODS, "private_key_jwt"],
        "introspection_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "display_values_supported": ["page"],
        "claim_types_supported": ["normal"],
        "claims_supported": list(SUPPORTED),
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        # RFC 8414 and Discovery section 3: left out, it would mean yes.
        "request_uri_parameter_supported": False,
        "ui_locales_supported": list(languages),
        "prompt_values_supported": sorted(PROMPTS),
        "code_challenge_methods_supported": ["S256"],
        # RFC 9207 section 3.
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }
