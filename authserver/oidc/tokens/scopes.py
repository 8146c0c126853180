"""Which scopes a client gets, and what one token for all of them looks like."""

from typing import NamedTuple

from authserver.clients.resource import ClaimStyle, Resource
from authserver.keys.lifecycle import Algorithm
from authserver.oidc.errors import OAuthError


class TokenForm(NamedTuple):
    """How an access token looks: for whom, signed how, in which style, for how many seconds."""

    audience: tuple[str, ...]
    algorithm: Algorithm
    claim_style: ClaimStyle
    lifetime: int


def granted(
    asked: tuple[str, ...] | None,
    allowed: tuple[str, ...],
    by_scope: dict[str, Resource],
    targets: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """Return the scopes to grant: those asked for, or all that are allowed when none was named.

    Those of the management API are granted to who asks for them, or has no others. Targets are audiences that
    narrow the choice (RFC 8707 section 2.2). Raises OAuthError: invalid_scope for one that is unknown or not
    allowed, invalid_target for an audience that none of the scopes reaches.
    """
    reachable = tuple(scope for scope in allowed if scope in by_scope)
    # RFC 6749 section 3.3: scope omitted, so a default is used; the published SDKs name none.
    chosen = reachable if asked is None else asked
    if not set(chosen) <= set(reachable):
        # RFC 6749 section 5.2: unknown, malformed, or exceeding what the client may have.
        raise OAuthError("invalid_scope", "A requested scope is unknown or not allowed for this client.")
    chosen = narrowed(chosen, targets, by_scope)
    if not chosen:
        raise OAuthError("invalid_scope", "This client may have no scope.")
    return _without_own(chosen, by_scope) if asked is None else chosen


def narrowed(
    scopes: tuple[str, ...], targets: tuple[str, ...], by_scope: dict[str, Resource]
) -> tuple[str, ...]:
    """Return scopes without those of resources that are no target; all of them when no target is named.

    Targets are audiences (RFC 8707 section 2.2); scopes of no resource stay. Raises OAuthError
    (invalid_target) for an audience that none of the scopes reaches.
    """
    if not targets:
        return scopes
    kept = tuple(scope for scope in scopes if scope not in by_scope or by_scope[scope].audience in targets)
    # RFC 8707 section 2: a resource that is invalid, missing, unknown or malformed.
    if {by_scope[scope].audience for scope in kept if scope in by_scope} != set(targets):
        raise OAuthError("invalid_target", "A requested resource is unknown or out of reach of the scopes.")
    return kept


def _without_own(scopes: tuple[str, ...], by_scope: dict[str, Resource]) -> tuple[str, ...]:
    """Return scopes without those of the management API, unless there are no others."""
    return tuple(scope for scope in scopes if not by_scope[scope].own) or scopes


def audiences(scopes: tuple[str, ...], by_scope: dict[str, Resource]) -> TokenForm:
    """Return the form of one token for all resources of the scopes; the shortest lifetime wins.

    Raises OAuthError (invalid_scope) when no single token fits: they differ in algorithm or claim style, or
    one is the management API, whose tokens no other API shall receive.
    """
    if len(scopes) == 1:
        only = by_scope[scopes[0]]
        return TokenForm((only.audience,), only.algorithm, only.claim_style, only.lifetime)
    resources = {by_scope[scope].name: by_scope[scope] for scope in scopes}.values()
    # RFC 8707 section 3: a token for several resources lets each of them act at the others.
    if len({resource.kind for resource in resources}) > 1:
        raise OAuthError(
            "invalid_scope", "The scopes need different kinds of tokens: narrow scope, or name a resource."
        )
    first = by_scope[scopes[0]]
    audience = tuple(sorted(resource.audience for resource in resources))
    lifetime = min(resource.lifetime for resource in resources)
    return TokenForm(audience, first.algorithm, first.claim_style, lifetime)
