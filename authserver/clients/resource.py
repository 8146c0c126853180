"""An API resource: an audience, its scopes, and how its access tokens look."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from authserver.base.errors import Refused
from authserver.clients.api_client import AUTH_METHODS, StoredSecret
from authserver.keys.lifecycle import Algorithm

ClaimStyle = Literal["rfc9068", "identityserver"]

# RFC 6749 appendix A.4: scope-token is %x21 / %x23-5B / %x5D-7E.
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")
RESERVED_SCOPES = (
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "offline_access",
    "organization",
    "management",
)
OWN = "management"
"""The name of this server's own resource, the management API."""

AUDIENCE = re.compile(r"[\x21-\x7e]{1,200}")
NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Resource:
    """An API that verifies tokens. `lifetime` is that of its access tokens in seconds."""

    name: str
    audience: str
    scopes: tuple[str, ...]
    algorithm: Algorithm
    claim_style: ClaimStyle
    lifetime: int
    internal: bool = False
    """Whether operators alone give its scopes to API clients, and organizations don't."""

    @property
    def own(self) -> bool:
        """Whether it is the management API."""
        return self.name == OWN

    @property
    def kind(self) -> tuple[bool, Algorithm, ClaimStyle]:
        """What resources must have in common to share a token.

        The management API shares with none: who receives the token could act there with it.
        """
        return self.own, self.algorithm, self.claim_style


@dataclass(frozen=True, slots=True)
class ResourceCaller:
    """An API that asks about tokens, with its secrets; the id is its name."""

    id: str
    audience: str
    secrets: tuple[StoredSecret, ...]
    algorithm: Algorithm = "ES256"
    """By which tokens for it are signed, and what it is told as well."""
    auth_methods: tuple[str, ...] = AUTH_METHODS
    active: bool = True


def checked_resource_name(name: str) -> str:
    """Return a name for a resource. Raises Refused."""
    if not NAME.fullmatch(name):
        raise Refused(
            "A resource's name has 1 to 100 lower-case letters, digits, dots, hyphens and underscores."
        )
    return name


def checked_audience(audience: str) -> str:
    """Return what stands in `aud`. Raises Refused."""
    if not AUDIENCE.fullmatch(audience):
        raise Refused("An audience has 1 to 200 printable ASCII characters without spaces.")
    return audience


def checked_scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    """Return scopes in order, each once. Raises Refused for a malformed or reserved one, or for none."""
    if not scopes:
        raise Refused("Name at least one scope.")
    for scope in scopes:
        if not SCOPE.fullmatch(scope):
            raise Refused(
                "A scope has 1 to 100 printable ASCII characters without spaces, quotes and backslashes."
            )
        if scope in RESERVED_SCOPES:
            raise Refused(f"The scope {scope} belongs to the protocol or to this server itself.")
    return tuple(sorted(set(scopes)))


def together(scopes: Iterable[str], by_scope: Mapping[str, Resource]) -> list[tuple[str, ...]]:
    """Return scopes in groups, each of which fits one token; those of the management API come last."""
    groups: dict[tuple[bool, Algorithm, ClaimStyle], list[str]] = {}
    for scope in scopes:
        if scope in by_scope:
            groups.setdefault(by_scope[scope].kind, []).append(scope)
    return [tuple(groups[kind]) for kind in sorted(groups)]
