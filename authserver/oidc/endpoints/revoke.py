"""Revocation (RFC 7009): a client gives back a token of its own."""

import hmac
from dataclasses import dataclass
from typing import Any

from authserver.base.clock import Clock
from authserver.oidc.client_auth.authentication import ClientAuthentication
from authserver.oidc.client_auth.credentials import credentials
from authserver.oidc.errors import OAuthError, Wire, invalid_request
from authserver.oidc.messages.form import read_form
from authserver.oidc.messages.machine import Answer, MachineRequest
from authserver.oidc.ports import Client, Grants, RevocationLimits, RevokedTokens
from authserver.oidc.tokens.access_token import grant_id_of
from authserver.oidc.tokens.reader import TokenReader, UnreadableToken
from authserver.oidc.tokens.refresh_token import RefreshToken, parse
from authserver.oidc.vocabulary import ACCESS_TOKEN_TYPE

DONE = Answer(200, (("Cache-Control", "no-store"),))
"""RFC 7009 section 2.2: 200 also for what is no token, or somebody else's."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """Revokes refresh tokens with their family, and access tokens one by one."""

    authenticate: ClientAuthentication
    reader: TokenReader
    grants: Grants
    revoked: RevokedTokens
    limits: RevocationLimits
    successor_keys: tuple[bytes, ...]
    clock: Clock

    def __call__(self, request: MachineRequest) -> Answer:
        """Revoke a token. Raises OAuthError."""
        form = read_form(request)
        client = self.authenticate(
            credentials(request.authorization, form), request.source, request.request_id
        )
        # RFC 7009 section 2.1: token is REQUIRED; the hint is of no use, the two kinds look different.
        text = form.get("token")
        if text is None:
            raise invalid_request("The token is missing.")
        token = parse(text[0])
        if token is None:
            self._access_token(text[0], client)
        else:
            self._refresh_token(token, client)
        return DONE

    def _refresh_token(self, token: RefreshToken, client: Client) -> None:
        grant = self.grants.find(token.grant_id)
        # RFC 7009 section 2.1: issued to the client that asks; nobody else changes anything.
        if grant is None or grant.client_id != client.id:
            return
        # One that was replaced counts as well: whoever held it wants the family gone.
        if hmac.compare_digest(grant.refresh_digest or b"", token.digest) or any(
            token.leads_to(grant.refresh_digest, grant.generation, key) for key in self.successor_keys
        ):
            self.grants.revoke(grant.id, self.clock())

    def _access_token(self, token: str, client: Client) -> None:
        try:
            claims = self.reader.read(token, ACCESS_TOKEN_TYPE)
        except UnreadableToken:
            return
        jti = str(claims.get("jti"))
        # What was given back before is told to nobody again.
        if claims.get("client_id") != client.id or self.revoked.has(jti):
            return
        self._count(claims, client)
        audience = claims.get("aud")
        told = audience if isinstance(audience, list) else [str(audience)]
        self.revoked.add(jti, claims["exp"], told)

    def _count(self, claims: dict[str, Any], client: Client) -> None:
        """Raise OAuthError when somebody takes tokens only to give them back: every API hears of each."""
        if grant_id_of(claims.get("jti")):
            wait = self.limits.of_person(client.id, str(claims.get("sub")))
        else:
            wait = self.limits.of_machine(client.id, str(claims.get("org_id")))
        # RFC 7009 section 2.2.1: the client MUST assume that the token still exists; RFC 6585 section 4: 429.
        if wait is not None:
            raise OAuthError(
                "temporarily_unavailable",
                "Too many tokens were revoked in this hour.",
                Wire(429, (("Retry-After", str(wait)),)),
                client_id=client.id,
            )
