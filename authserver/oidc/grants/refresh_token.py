"""The refresh token grant (RFC 6749 section 6): rotation, with a grace for answers that were lost."""

import hmac
from dataclasses import dataclass

from authserver.clients.application import Application
from authserver.clients.resource import Resource
from authserver.oidc.errors import invalid_grant, invalid_request
from authserver.oidc.grants.personal import Personal
from authserver.oidc.messages.grant import GRACE, Grant, Rotation
from authserver.oidc.messages.token import TokenRequest
from authserver.oidc.ports import Client
from authserver.oidc.tokens.issuer import Issue
from authserver.oidc.tokens.refresh_token import RefreshToken, parse


@dataclass(frozen=True, slots=True)
class Refresh:
    """Renews tokens; every refresh token is replaced when it is used (RFC 9700 section 4.14.2)."""

    personal: Personal
    keys: tuple[bytes, ...]
    """What successors are derived with: the present key, and perhaps the one before."""

    def __call__(self, request: TokenRequest, client: Client, by_scope: dict[str, Resource]) -> Issue:
        """Return what the new tokens will say. Raises OAuthError: invalid_grant and the like."""
        application = self.personal.application(client)
        # RFC 6749 section 6: refresh_token is REQUIRED.
        if not request.refresh_token:
            raise invalid_request("The refresh_token is missing.")
        token = parse(request.refresh_token)
        if token is None:
            raise invalid_grant("not a refresh token", application.id)
        grant, successor = self._rotated(token, request, application, by_scope)
        self.personal.require_holder(grant, application, first=False)
        return self.personal.issue(
            request, application, grant, by_scope, refresh_token=str(successor), first=False
        )

    def _rotated(
        self,
        token: RefreshToken,
        request: TokenRequest,
        application: Application,
        by_scope: dict[str, Resource],
    ) -> tuple[Grant, RefreshToken]:
        """Rotate first, so that of many at once exactly one makes the successor."""
        self._check(token, request, application, by_scope)
        now = self.personal.clock()
        successor = token.successor(self.keys[0])
        idle = application.refresh_token_idle or self.personal.settings.refresh_token_idle
        rotation = Rotation(now, token.digest, successor.digest, now + idle)
        rotated = self.personal.grants.rotate(token.grant_id, application.id, rotation)
        if rotated is not None:
            return rotated, successor
        grant = self.personal.grants.find(token.grant_id)
        # RFC 6749 section 6: bound to the client; somebody else's attempt changes nothing.
        if grant is None or grant.client_id != application.id or not grant.renews_at(now):
            raise invalid_grant("unknown, expired, revoked, or of another client", application.id)
        again = self._again(token, grant, now)
        if again is None:
            self._replayed(token, grant, request, now)
            raise invalid_grant("replaced before", application.id)
        return grant, again

    def _check(
        self,
        token: RefreshToken,
        request: TokenRequest,
        application: Application,
        by_scope: dict[str, Resource],
    ) -> None:
        """Refuse what was not granted before anything is rotated: the client keeps its token."""
        grant = self.personal.grants.find(token.grant_id)
        if (
            grant is not None
            and grant.client_id == application.id
            and hmac.compare_digest(grant.refresh_digest or b"", token.digest)
        ):
            scopes = self.personal.scopes(request, application, grant, by_scope)
            self.personal.form(scopes, application, by_scope)
            self.personal.place(request, grant)

    def _again(self, token: RefreshToken, grant: Grant, now: int) -> RefreshToken | None:
        """Return the very same successor to whoever may not have got it, None when it is too late.

        The immediate predecessor alone, for some seconds, and until the successor is used: from then on it is
        not the immediate one any more.
        """
        if now - grant.rotated_at > GRACE:
            return None
        if not hmac.compare_digest(grant.previous_digest or b"", token.digest):
            return None
        for key in self.keys:
            successor = token.successor(key)
            if hmac.compare_digest(successor.digest, grant.refresh_digest or b""):
                return successor
        return None

    def _replayed(self, token: RefreshToken, grant: Grant, request: TokenRequest, now: int) -> None:
        # RFC 9700 section 4.14.2: a replaced token that comes back was stolen, or its successor was. What was
        # never given out proves nothing, and must not let anybody end a family.
        if any(token.leads_to(grant.refresh_digest, grant.generation, key) for key in self.keys) and (
            self.personal.grants.revoke(grant.id, now)
        ):
            self.personal.trail.refresh_token_replayed(grant, request.source, request.request_id)
