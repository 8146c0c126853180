"""Whether what a person's token came from still holds: the grant, the account, the session, the client."""

from typing import Any

from authserver.oidc.messages.grant import Standing
from authserver.oidc.ports import Standings
from authserver.oidc.tokens.access_token import grant_id_of


def standing(standings: Standings, claims: dict[str, Any]) -> Standing | None:
    """Return what the verified claims of an access token stand on, None when it is dead or a machine's.

    Asks the database each time: what was revoked on another instance is dead here at the next request.
    """
    jti = claims.get("jti")
    grant_id = grant_id_of(jti)
    found = standings.find(grant_id, str(jti)) if grant_id else None
    return found if found and found.account.id == claims.get("sub") else None
