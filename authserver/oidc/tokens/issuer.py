"""The mint: every access token of every grant is signed here."""

from dataclasses import dataclass

from authserver.base.clock import Clock
from authserver.oidc.messages.token import TokenResponse
from authserver.oidc.ports import Keys
from authserver.oidc.tokens.access_token import AccessToken, claims
from authserver.oidc.vocabulary import ACCESS_TOKEN_TYPE


@dataclass(frozen=True, slots=True)
class Mint:
    """Makes tokens with the key that signs now."""

    issuer: str
    keys: Keys
    clock: Clock

    def mint(self, token: AccessToken) -> TokenResponse:
        """Return the response with a signed access token (RFC 9068); writes nothing."""
        signer = self.keys.signer(token.form.algorithm)
        jwt = signer.sign(ACCESS_TOKEN_TYPE, claims(token, self.issuer, self.clock()))
        return TokenResponse(jwt, token.form.lifetime, token.scopes)
