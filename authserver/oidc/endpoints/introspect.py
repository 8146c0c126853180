"""Introspection (RFC 7662): whether a token is good at this moment, and what it says."""

import hmac
from dataclasses import dataclass
from typing import Any

import orjson

from authserver.base.clock import Clock
from authserver.clients.api_client import ApiClient
from authserver.clients.resource import ResourceCaller
from authserver.oidc.client_auth.authentication import ClientAuthentication
from authserver.oidc.client_auth.credentials import credentials
from authserver.oidc.errors import OAuthError, Wire, invalid_request
from authserver.oidc.messages.form import read_form
from authserver.oidc.messages.machine import Answer, MachineRequest
from authserver.oidc.messages.token import NO_STORE
from authserver.oidc.ports import Client, Clients, Organizations, RevokedTokens, Standings
from authserver.oidc.tokens.access_token import grant_id_of
from authserver.oidc.tokens.liveness import standing
from authserver.oidc.tokens.reader import TokenReader, UnreadableToken
from authserver.oidc.tokens.refresh_token import parse
from authserver.oidc.vocabulary import ACCESS_TOKEN_TYPE, REFRESH_TOKEN

INACTIVE = orjson.dumps({"active": False})
"""RFC 7662 section 2.2: exactly this for every token that is not good, or not this caller's business."""


@dataclass(frozen=True, slots=True)
class Introspection:
    """Answers API resources about tokens made out to them, and clients about their own."""

    authenticate: ClientAuthentication
    clients: Clients
    reader: TokenReader
    standings: Standings
    revoked: RevokedTokens
    organizations: Organizations
    clock: Clock

    def __call__(self, request: MachineRequest) -> Answer:
        """Return what a token says, or that it is not active. Raises OAuthError."""
        form = read_form(request)
        presented = credentials(request.authorization, form)
        # RFC 7662 section 2.1: to keep tokens from being guessed, callers authenticate.
        if presented.method == "none":
            raise OAuthError("invalid_client", "Client authentication is missing.", Wire(401))
        caller = self.authenticate(presented, request.source, request.request_id)
        # RFC 7662 section 2.1: token is REQUIRED.
        token = form.get("token")
        if token is None:
            raise invalid_request("The token is missing.")
        said = self._access_token(token[0], caller) or self._refresh_token(token[0], caller)
        return Answer(200, NO_STORE, orjson.dumps({"active": True} | said) if said else INACTIVE)

    def _access_token(self, token: str, caller: Client) -> dict[str, Any] | None:
        try:
            claims = self.reader.read(token, ACCESS_TOKEN_TYPE)
        except UnreadableToken:
            return None
        present = self._now(claims) if _concerns(claims, caller) else None
        if present is None:
            return None
        scope = present.get("scope")
        # RFC 7662 section 2.2: scope is a string of space-separated values, whatever the token's own style.
        return present | {
            "scope": scope if isinstance(scope, str) else " ".join(scope or ()),
            "token_type": "Bearer",
        }

    def _now(self, claims: dict[str, Any]) -> dict[str, Any] | None:
        """Return what a token means now; None when what it stands on is gone."""
        if grant_id_of(claims.get("jti")):
            return self._of_person(claims) if standing(self.standings, claims) else None
        # As it is now, not as it was a second ago: what another instance revoked is dead here.
        client = self.clients.read(str(claims.get("client_id")))
        if client is None or not client.active or self.revoked.has(str(claims.get("jti"))):
            return None
        if "permissions" in claims and isinstance(client, ApiClient):
            return claims | {"permissions": client.permissions}
        return claims

    def _of_person(self, claims: dict[str, Any]) -> dict[str, Any] | None:
        if "org_id" not in claims:
            return claims
        # Whoever was removed from an organization can't act for it; who may do less there does less.
        place = self.organizations.active(str(claims["sub"]), str(claims["org_id"]))
        return claims | {"permissions": place.permissions} if place else None

    def _refresh_token(self, text: str, caller: Client) -> dict[str, Any] | None:
        token = parse(text) if not isinstance(caller, ResourceCaller) else None
        found = self.standings.find(token.grant_id, "") if token else None
        # A refresh token is the business of the client that holds it.
        if token is None or found is None or found.grant.client_id != caller.id:
            return None
        grant = found.grant
        present = hmac.compare_digest(grant.refresh_digest or b"", token.digest)
        if not present or not grant.renews_at(self.clock()):
            return None
        return {
            "scope": " ".join(grant.scopes),
            "client_id": grant.client_id,
            "sub": grant.account_id,
            "sid": grant.session_id,
            "iat": grant.rotated_at or grant.redeemed_at,
            "exp": min(grant.idle_until, grant.expires_at),
            "token_type": REFRESH_TOKEN,
        }


def _concerns(claims: dict[str, Any], caller: Client) -> bool:
    if isinstance(caller, ResourceCaller):
        audience = claims.get("aud")
        return caller.audience in (audience if isinstance(audience, list) else [audience])
    return claims.get("client_id") == caller.id
