"""The claims of an access token: RFC 9068, or the style that verifiers of IdentityServer expect."""

from typing import NamedTuple

from authserver.base.handles import new_handle
from authserver.oidc.tokens.scopes import TokenForm


class AccessToken(NamedTuple):
    """What an access token will say."""

    subject: str
    client_id: str
    organization_id: str
    scopes: tuple[str, ...]
    form: TokenForm


def claims(token: AccessToken, issuer: str, now: int) -> dict[str, object]:
    """Return the claims of a token made now (Unix seconds)."""
    audience = token.form.audience
    said: dict[str, object] = {
        "iss": issuer,
        # RFC 7519 section 4.1.3: in the special case of one audience it may be a string.
        "aud": audience[0] if len(audience) == 1 else audience,
        "iat": now,
        "nbf": now,
        "exp": now + token.form.lifetime,
        "jti": new_handle(),
        "client_id": token.client_id,
        "org_id": token.organization_id,
    }
    if token.form.claim_style == "identityserver":
        # Verifiers in the field test RequireClaim("scope", "webapi") on each element, and expect no `sub` of
        # machines.
        said["scope"] = token.scopes
        return said
    # RFC 9068 section 2.2: `sub` is required; section 2.2.3: `scope` is space-separated (RFC 8693 section
    # 4.2).
    said["sub"] = token.subject
    said["scope"] = " ".join(token.scopes)
    return said
