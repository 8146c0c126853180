"""Scopes as people read and choose them."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from authserver.clients.own_resource import MANAGEMENT
from authserver.clients.resource import Resource
from authserver.clients.store import resources


@dataclass(frozen=True, slots=True)
class Choice:
    """One scope, the API that it opens, and whether it is chosen."""

    name: str
    opens: str
    chosen: bool


def choices(chosen: Collection[str], *, first: bool = False) -> list[Choice]:
    """Return the scopes that are offered to organizations, and those that are chosen already.

    With `first`, nobody has chosen yet: where there is one API beside this server's own, it is.
    """
    offered = [
        Choice(scope, _opens(resource), scope in chosen)
        for resource in resources.everything()
        for scope in resource.scopes
        if not resource.internal or scope in chosen
    ]
    usual = [choice for choice in offered if choice.name != MANAGEMENT]
    if first and len(usual) == 1:
        return [replace(choice, chosen=choice in usual) for choice in offered]
    return offered


def _opens(resource: Resource) -> str:
    if resource.name == MANAGEMENT:
        return str(_("Manage this organization by program, as far as its permissions allow"))
    return str(_("For %(api)s", api=resource.audience))
