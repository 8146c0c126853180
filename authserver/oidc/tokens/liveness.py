"""Whether what a person's token came from still holds: the grant, the account, the session."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from authserver.accounts.account import Account
from authserver.accounts.profile import Profile
from authserver.oidc.messages.grant import Grant
from authserver.oidc.ports import Grants, RevokedTokens
from authserver.oidc.tokens.access_token import grant_id_of


class Alive(NamedTuple):
    """A grant that holds, and whose it is."""

    grant: Grant
    account: Account
    profile: Profile


@dataclass(frozen=True, slots=True)
class Liveness:
    """Asks the database each time: what was revoked on another instance is dead here at the next request."""

    grants: Grants
    revoked: RevokedTokens

    def person(self, claims: dict[str, Any]) -> Alive | None:
        """Return what is behind the verified claims of an access token, None when it is dead or a machine's.

        One query: the grant is not revoked, the account may sign in, the session lives unless the grant is an
        offline one.
        """
        grant_id = grant_id_of(claims.get("jti"))
        if not grant_id:
            return None
        found = self.grants.alive(grant_id)
        if found is None or found[0].account_id != claims.get("sub"):
            return None
        return None if self.revoked.has(str(claims["jti"])) else Alive(*found)
