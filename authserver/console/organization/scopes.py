"""Scopes as people read and choose them."""

from collections.abc import Collection
from dataclasses import dataclass

from authserver.clients.store import resources


@dataclass(frozen=True, slots=True)
class Choice:
    """One scope, the API that it opens, and whether it is chosen."""

    name: str
    resource: str
    audience: str
    chosen: bool


def choices(chosen: Collection[str], *, first: bool = False) -> list[Choice]:
    """Return the scopes that are offered to organizations, and those that are chosen already.

    With `first`, nobody has chosen yet: the only one there is, is.
    """
    offered = [
        Choice(scope, resource.name, resource.audience, scope in chosen)
        for resource in resources.everything()
        for scope in resource.scopes
        if not resource.internal or scope in chosen
    ]
    if first and len(offered) == 1:
        return [Choice(offered[0].name, offered[0].resource, offered[0].audience, chosen=True)]
    return offered
