"""Checking the access token of a request: whose it is, whether for this API, whether it still counts."""

from dataclasses import dataclass
from typing import Any

from authserver.clients.api_client import ApiClient
from authserver.clients.own_resource import MANAGEMENT
from authserver.management.caller import Caller
from authserver.management.problems import Problem
from authserver.oidc.ports import Clients, RevokedTokens, Standings
from authserver.oidc.tokens.access_token import grant_id_of
from authserver.oidc.tokens.liveness import standing
from authserver.oidc.tokens.reader import TokenReader, UnreadableToken
from authserver.oidc.vocabulary import ACCESS_TOKEN_TYPE

SCHEME = "bearer "


@dataclass(frozen=True, slots=True)
class Authentication:
    """Takes a token from the header and from nowhere else: a cookie says nothing here."""

    audience: str
    reader: TokenReader
    standings: Standings
    clients: Clients
    revoked: RevokedTokens

    def __call__(self, authorization: str) -> Caller:
        """Return who calls. Raises Problem."""
        if authorization[: len(SCHEME)].lower() != SCHEME or not authorization[len(SCHEME) :].strip():
            # RFC 6750 section 3.1: without any authentication information there is no error code.
            raise Problem(401, "An access token is needed.", (("WWW-Authenticate", "Bearer"),))
        try:
            claims = self.reader.read(authorization[len(SCHEME) :].strip(), ACCESS_TOKEN_TYPE)
        except UnreadableToken:
            raise _dead() from None
        # RFC 9068 section 4: the resource server MUST reject a token that is not made out to it. What is made
        # out to another API as well, that one could have sent.
        if claims.get("aud") not in (self.audience, [self.audience]):
            raise _dead()
        if MANAGEMENT not in str(claims.get("scope", "")).split():
            raise _challenge(403, "insufficient_scope", f"The token was not granted {MANAGEMENT}.")
        caller = self._person(claims) if grant_id_of(claims.get("jti")) else self._api_client(claims)
        if caller is None:
            raise _dead()
        return caller

    def _person(self, claims: dict[str, Any]) -> Caller | None:
        found = standing(self.standings, claims)
        # What was granted counts for as long as the application may have it, as at the next refresh.
        if found is None or MANAGEMENT not in found.allowed:
            return None
        return Caller.person(found.account, found.grant.client_id)

    def _api_client(self, claims: dict[str, Any]) -> Caller | None:
        # As it is now, not as it was a second ago: what another instance disabled is dead here.
        client = self.clients.read(str(claims.get("client_id")))
        if not isinstance(client, ApiClient) or not client.active or MANAGEMENT not in client.scopes:
            return None
        if claims.get("sub") != client.id or self.revoked.has(str(claims.get("jti"))):
            return None
        return Caller.api_client(client.id, client.organization_id)


def _dead() -> Problem:
    return _challenge(
        401, "invalid_token", "The access token is expired, revoked, not for this API, or not one of ours."
    )


def _challenge(status: int, code: str, detail: str) -> Problem:
    # RFC 6750 section 3: the error stands in the header as well.
    scope = f', scope="{MANAGEMENT}"' if status == 403 else ""  # noqa: PLR2004 - insufficient_scope
    header = f'Bearer error="{code}", error_description="{detail}"{scope}'
    return Problem(status, detail, (("WWW-Authenticate", header),))
