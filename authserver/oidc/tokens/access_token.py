"""The claims of an access token: RFC 9068, or the style that verifiers of IdentityServer expect."""

from typing import NamedTuple

from authserver.base.handles import new_handle
from authserver.oidc.messages.grant import Grant
from authserver.oidc.tokens.scopes import TokenForm
from authserver.oidc.vocabulary import PASSWORD_ACR, PASSWORD_AMR


class AccessToken(NamedTuple):
    """What an access token will say. `grant` is the person's, None for a machine's own token."""

    subject: str
    client_id: str
    organization_id: str
    scopes: tuple[str, ...]
    form: TokenForm
    grant: Grant | None = None
    permissions: tuple[str, ...] | None = None
    """What the bearer may do in the organization; None: the token does not say."""


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
    }
    if token.organization_id:
        said["org_id"] = token.organization_id
    if token.permissions is not None:
        said["permissions"] = token.permissions
    if token.grant:
        _say_person(said, token.grant)
    if token.form.claim_style == "identityserver":
        # Verifiers in the field test RequireClaim("scope", "webapi") on each element, and expect no `sub` of
        # machines.
        said["scope"] = token.scopes
        if token.grant:
            said |= {"sub": token.subject, "idp": "local"}
        return said
    # RFC 9068 section 2.2: `sub` is required; section 2.2.3: `scope` is space-separated (RFC 8693 section
    # 4.2).
    said["sub"] = token.subject
    said["scope"] = " ".join(token.scopes)
    return said


def _say_person(said: dict[str, object], grant: Grant) -> None:
    # RFC 9068 section 2.2.1: how and when the person authenticated.
    said["auth_time"] = grant.authenticated_at
    said["acr"] = PASSWORD_ACR
    said["amr"] = PASSWORD_AMR
    said["sid"] = grant.session_id
    # What the token is revoked with, found without a table of all tokens.
    said["jti"] = f"{grant.id}.{said['jti']}"


def grant_id_of(jti: object) -> str:
    """Return the id of the grant that a person's token came from, an empty text for a machine's."""
    grant_id, dot, _ = jti.partition(".") if isinstance(jti, str) else ("", "", "")
    return grant_id if dot else ""
