"""The authorization code grant (RFC 6749 section 4.1.3): a code becomes tokens, once."""

import hmac
from dataclasses import dataclass

from authserver.base.handles import digest
from authserver.clients.application import Application
from authserver.clients.resource import Resource
from authserver.oidc.authorization.pkce import verifies
from authserver.oidc.errors import OAuthError, invalid_grant, invalid_request
from authserver.oidc.grants.personal import Personal
from authserver.oidc.messages.grant import CODE_KEPT, Grant, Redemption
from authserver.oidc.messages.token import TokenRequest
from authserver.oidc.ports import Client
from authserver.oidc.tokens import refresh_token
from authserver.oidc.tokens.issuer import Issue


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """Redeems codes."""

    personal: Personal

    def __call__(self, request: TokenRequest, client: Client, by_scope: dict[str, Resource]) -> Issue:
        """Return what the tokens will say. Raises OAuthError: invalid_grant and the like."""
        application = self.personal.application(client)
        # RFC 6749 section 4.1.3: code is REQUIRED.
        if not request.code:
            raise invalid_request("The code is missing.")
        secret = refresh_token.first("").secret
        grant = self._claim(request, application, secret)
        try:
            self._check(request, grant)
            self.personal.require_holder(grant, application, first=True)
            token = str(refresh_token.RefreshToken(grant.id, secret)) if grant.renewable else ""
            # RFC 6749 section 4.1.3 knows no scope here: what was granted is given.
            asked = request._replace(scopes=None, organization="")
            return self.personal.issue(asked, application, grant, by_scope, refresh_token=token, first=True)
        except OAuthError:
            # The code is burnt: whoever sent it has it, and must not try again with another verifier.
            self.personal.grants.revoke(grant.id, self.personal.clock())
            raise

    def _claim(self, request: TokenRequest, application: Application, secret: str) -> Grant:
        """Claim the code first, so that of many at once exactly one goes on."""
        now = self.personal.clock()
        settings = self.personal.settings
        redemption = Redemption(
            at=now,
            refresh_digest=digest(secret),
            idle_until=now + (application.refresh_token_idle or settings.refresh_token_idle),
            renewable_until=now + (application.refresh_token_lifetime or settings.refresh_token_lifetime),
            plain_until=now + CODE_KEPT,
        )
        code_digest = digest(request.code)
        grant = self.personal.grants.claim_code(code_digest, application.id, redemption)
        if grant is None:
            self._replayed(self.personal.grants.of_code(code_digest, application.id), request)
            raise invalid_grant("the code is unknown, used or expired", application.id)
        return grant

    def _replayed(self, grant: Grant | None, request: TokenRequest) -> None:
        # RFC 6749 section 4.1.2: a code used twice: revoke all tokens issued on it.
        if (
            grant is not None
            and grant.redeemed_at is not None
            and self.personal.grants.revoke(grant.id, self.personal.clock())
        ):
            self.personal.trail.code_replayed(grant, request.source, request.request_id)

    def _check(self, request: TokenRequest, grant: Grant) -> None:
        # RFC 6749 section 4.1.3: identical to that of the authorization request. With PKCE it may be left out
        # (OAuth 2.1 section 10.2): the code is bound to who asked for it in a better way.
        named = request.redirect_uri or (grant.redirect_uri if grant.code_challenge else "")
        if not hmac.compare_digest(named.encode(), grant.redirect_uri.encode()):
            raise invalid_grant("another redirect_uri", grant.client_id)
        # RFC 7636 section 4.6.
        if not verifies(request.code_verifier, grant.code_challenge):
            raise invalid_grant("the code_verifier does not fit", grant.client_id)
