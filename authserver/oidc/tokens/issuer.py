"""The mint: every token of every grant is signed here."""

from dataclasses import dataclass
from typing import NamedTuple

from authserver.base.clock import Clock
from authserver.oidc.messages.token import TokenResponse
from authserver.oidc.ports import Keys
from authserver.oidc.tokens import access_token, id_token
from authserver.oidc.tokens.access_token import AccessToken
from authserver.oidc.tokens.id_token import IdToken
from authserver.oidc.vocabulary import ACCESS_TOKEN_TYPE, ID_TOKEN_TYPE


class Issue(NamedTuple):
    """What a grant type gives."""

    access_token: AccessToken
    id_token: IdToken | None = None
    refresh_token: str = ""


@dataclass(frozen=True, slots=True)
class Mint:
    """Makes tokens with the key that signs now."""

    issuer: str
    keys: Keys
    clock: Clock

    def mint(self, issue: Issue, now: int) -> TokenResponse:
        """Return the response with tokens (RFC 9068) issued at a Unix time; writes nothing."""
        said = issue.access_token
        signer = self.keys.signer(said.form.algorithm)
        access = signer.sign(ACCESS_TOKEN_TYPE, access_token.claims(said, self.issuer, now))
        about = issue.id_token
        identity = ""
        if about is not None:
            identity = self.keys.signer(about.algorithm).sign(
                ID_TOKEN_TYPE, id_token.claims(about, self.issuer, now, access)
            )
        return TokenResponse(access, said.form.lifetime, said.scopes, identity, issue.refresh_token)
