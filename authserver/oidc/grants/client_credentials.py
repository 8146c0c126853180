"""The client credentials grant (RFC 6749 section 4.4): a client asks for a token of its own."""

from dataclasses import dataclass

from authserver.clients.api_client import ApiClient
from authserver.clients.resource import Resource
from authserver.oidc.errors import OAuthError, Wire
from authserver.oidc.messages.token import TokenRequest
from authserver.oidc.ports import Client, Quota
from authserver.oidc.tokens.access_token import AccessToken
from authserver.oidc.tokens.issuer import Issue
from authserver.oidc.tokens.scopes import audiences, granted


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """The grant, and how many tokens a client and its organization may take."""

    quota: Quota

    def __call__(self, request: TokenRequest, client: Client, by_scope: dict[str, Resource]) -> Issue:
        """Return what the token will say: the scopes asked for, or all the client may have at once.

        There is no refresh token (RFC 6749 section 4.4.3) and no `openid`. Raises OAuthError:
        unauthorized_client, invalid_scope, invalid_target, temporarily_unavailable.
        """
        # RFC 9700 section 4.15: an application's id must not become the subject of a token.
        if not isinstance(client, ApiClient):
            raise OAuthError("unauthorized_client", "Applications act for people only.", client_id=client.id)
        scopes = granted(request.scopes, client.scopes, by_scope, request.resources)
        form = audiences(scopes, by_scope)
        # What is refused above gave no token, and is not counted.
        self._spend(client, request)
        # RFC 9068 section 2.2: without a resource owner, `sub` is the client itself.
        token = AccessToken(
            subject=client.id,
            client_id=client.id,
            organization_id=client.organization_id,
            scopes=scopes,
            form=form,
            permissions=client.permissions or None,
        )
        return Issue(token)

    def _spend(self, client: ApiClient, request: TokenRequest) -> None:
        wait = self.quota.spend(client, request.source, request.request_id)
        # RFC 6585 section 4: too many requests, and when to come back.
        if wait is not None:
            raise OAuthError(
                "temporarily_unavailable",
                "The client or its organization has taken all tokens of this hour.",
                Wire(429, (("Retry-After", str(wait)),)),
                client_id=client.id,
            )
