"""The token endpoint (RFC 6749 section 3.2): who asks, for what, and the tokens."""

from collections.abc import Callable
from dataclasses import dataclass

from authserver.clients.resource import Resource
from authserver.oidc.client_auth.authentication import ClientAuthentication
from authserver.oidc.client_auth.credentials import credentials
from authserver.oidc.errors import OAuthError, invalid_request
from authserver.oidc.messages.form import read_form
from authserver.oidc.messages.machine import Answer, MachineRequest
from authserver.oidc.messages.token import TokenRequest, token_request
from authserver.oidc.ports import Catalogue, Client
from authserver.oidc.tokens.issuer import Issue, Mint

GrantType = Callable[[TokenRequest, Client, dict[str, Resource]], Issue]


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Authentication and minting belong to the endpoint, so that no grant can forget them."""

    authenticate: ClientAuthentication
    catalogue: Catalogue
    grants: dict[str, GrantType]
    mint: Mint

    def __call__(self, request: MachineRequest) -> Answer:
        """Return a token response. Raises OAuthError for every refusal."""
        # What tokens say is read after the time that they are issued at, however long it takes: whoever
        # knows when something ended can tell from `iat` which of them may not know of it yet.
        now = self.mint.clock()
        form = read_form(request)
        client = self.authenticate(
            credentials(request.authorization, form), request.source, request.request_id
        )
        asked = token_request(form, request.source, request.request_id)
        grant = self._grant(asked.grant_type)
        return self.mint.mint(grant(asked, client, self.catalogue.by_scope()), now).answer()

    def _grant(self, grant_type: str) -> GrantType:
        # RFC 6749 section 4.4.2: grant_type is REQUIRED.
        if not grant_type:
            raise invalid_request("grant_type is missing.")
        grant = self.grants.get(grant_type)
        # RFC 6749 section 5.2: the grant type is not supported by the authorization server.
        if grant is None:
            raise OAuthError("unsupported_grant_type", "This server does not know the grant_type.")
        return grant
