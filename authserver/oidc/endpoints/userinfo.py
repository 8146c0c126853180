"""Userinfo (OpenID Connect Core section 5.3): what an application may know of the person, as it is now."""

from dataclasses import dataclass
from typing import Any

import orjson

from authserver.base.clock import Clock
from authserver.oidc.errors import OAuthError, invalid_request
from authserver.oidc.messages.bearer import bearer_token, challenge
from authserver.oidc.messages.grant import Standing
from authserver.oidc.messages.machine import Answer, MachineRequest
from authserver.oidc.messages.token import NO_STORE
from authserver.oidc.ports import Keys, Organizations, Standings
from authserver.oidc.tokens.liveness import standing
from authserver.oidc.tokens.organization_claims import CLAIMS, about, listed
from authserver.oidc.tokens.person_claims import chosen, of_person
from authserver.oidc.tokens.reader import TokenReader, UnreadableToken
from authserver.oidc.vocabulary import ACCESS_TOKEN_TYPE, ID_TOKEN_TYPE, OPENID, ORGANIZATION

SIGNED = (("Content-Type", "application/jwt"), ("Cache-Control", "no-store"))


@dataclass(frozen=True, slots=True)
class Userinfo:
    """Answers by GET and POST, in JSON or signed."""

    issuer: str
    reader: TokenReader
    standings: Standings
    organizations: Organizations
    keys: Keys
    clock: Clock

    def __call__(self, request: MachineRequest) -> Answer:
        """Return the claims that the token's scopes stand for. Raises OAuthError."""
        # OpenID Connect Core section 5.3.1: GET and POST.
        if request.method not in ("GET", "HEAD", "POST"):
            raise invalid_request("Userinfo takes GET and POST.", 405, (("Allow", "GET, HEAD, POST"),))
        try:
            claims = self.reader.read(bearer_token(request), ACCESS_TOKEN_TYPE)
        except UnreadableToken as fault:
            raise _dead(str(fault)) from fault
        scopes = _scopes_of(claims)
        # RFC 6750 section 3.1: more privileges than the token provides; a machine's own token has none here.
        if OPENID not in scopes:
            raise challenge("insufficient_scope", "The token was not granted openid.", 403)
        found = standing(self.standings, claims)
        if found is None:
            raise _dead("revoked, or of somebody who is gone")
        requested = found.grant.claims.get("userinfo", {})
        said = {"sub": found.account.id}
        everything = of_person(found.account, found.profile)
        if ORGANIZATION in scopes or CLAIMS & requested.keys():
            everything |= self._organizations(found, claims)
        return self._answer(said | chosen(everything, scopes, requested), found)

    def _organizations(self, found: Standing, claims: dict[str, Any]) -> dict[str, Any]:
        # The token says which one is active; without, the grant does. What they may do there is asked now.
        active = claims.get("org_id") or found.grant.organization_id
        place = self.organizations.active(found.account.id, str(active)) if active else None
        return about(place) | listed(self.organizations.all_of(found.account.id))

    def _answer(self, said: dict[str, Any], found: Standing) -> Answer:
        if not found.userinfo_algorithm:
            return Answer(200, NO_STORE, orjson.dumps(said))
        # OpenID Connect Core section 5.3.2: signed, it says who issued it and for whom.
        said |= {"iss": self.issuer, "aud": found.grant.client_id, "iat": self.clock()}
        signed = self.keys.signer(found.userinfo_algorithm).sign(ID_TOKEN_TYPE, said)
        return Answer(200, SIGNED, signed.encode())


def _scopes_of(claims: dict[str, Any]) -> tuple[str, ...]:
    scope = claims.get("scope")
    if isinstance(scope, str):
        return tuple(scope.split())
    return tuple(scope) if isinstance(scope, list) else ()


def _dead(detail: str) -> OAuthError:
    refusal = challenge("invalid_token", "The access token is expired, revoked, or not one of ours.", 401)
    refusal.detail = detail
    return refusal
