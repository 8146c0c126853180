"""Permissions, and the rules of holding and granting them. No Flask, no table.

The server stores, grants and puts them in tokens; what one of an API resource means, that API knows.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from authserver.base.errors import Refused

Role = Literal["administrator", "member"]

NAME = re.compile(r"[a-z][a-z0-9_]{0,48}:[a-z][a-z0-9_]{0,48}")
LONGEST_DESCRIPTION = 200

MEMBERS = "members:manage"
API_CLIENTS = "api_clients:manage"
ORGANIZATION = "organization:manage"
AUDIT = "audit:read"


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission of the catalogue. Without a resource it is this server's own."""

    name: str
    description: str
    resource: str | None = None


OWN = (
    Permission(MEMBERS, "Invite people, change what members may do, and remove members"),
    Permission(API_CLIENTS, "Create, change and delete API clients and their secrets"),
    Permission(ORGANIZATION, "Rename the organization, change its address, and delete it"),
    Permission(AUDIT, "Read what happened in the organization, and who did it"),
)

_OWN_AREAS = frozenset(permission.name.partition(":")[0] for permission in OWN)


@dataclass(frozen=True, slots=True)
class Rights:
    """A role and permissions: what somebody holds in an organization, or what shall be granted."""

    role: Role
    permissions: frozenset[str] = frozenset()

    @property
    def administrator(self) -> bool:
        """Whether these are an Administrator's."""
        return self.role == "administrator"


NOTHING = Rights("member")


def held(member: Rights, catalogue: Collection[str], allowed: Collection[str] | None) -> Rights:
    """Return what somebody holds to whom a role and permissions were granted.

    An Administrator holds the whole catalogue, as it is now; nobody holds more than the operator allows the
    organization (None: everything).
    """
    known = frozenset(catalogue) if allowed is None else frozenset(catalogue) & frozenset(allowed)
    return Rights(member.role, known if member.administrator else known & member.permissions)


def may_grant(granter: Rights, wanted: Rights) -> bool:
    """Return whether somebody may grant a role and permissions: nobody grants what they don't hold."""
    return wanted.permissions <= granter.permissions and (granter.administrator or not wanted.administrator)


def may_touch(actor: Rights, member: Rights) -> bool:
    """Return whether somebody may change or remove a member: an Administrator is an Administrator's alone."""
    return actor.administrator or not member.administrator


def still_given(wanted: Rights, giver: Rights | None, *, bound: bool = True) -> Rights | None:
    """Return what remains of an invitation, by what its inviter holds now; None: it is void.

    Who may not invite any more, or not with this role, gives nothing; a permission that was lost is left out.
    Operators are not `bound`: they invite also where members may not.
    """
    if giver is None or (wanted.administrator and not giver.administrator):
        return None
    if bound and MEMBERS not in giver.permissions:
        return None
    return Rights(wanted.role, wanted.permissions & giver.permissions)


def checked_role(role: str) -> Role:
    """Return a role by its name. Raises Refused."""
    if role == "administrator":
        return "administrator"
    if role == "member":
        return "member"
    raise Refused("A role is administrator or member.")


def checked_permission(name: str) -> str:
    """Return a name that an API resource may give a permission. Raises Refused."""
    if not NAME.fullmatch(name):
        raise Refused(
            "A permission is area:verb, such as trade_platforms:manage: lower-case letters, digits and "
            "underscores, each part at most 49 characters and beginning with a letter."
        )
    if name.partition(":")[0] in _OWN_AREAS:
        raise Refused(f"The area of {name} belongs to this server itself.")
    return name


def checked_description(description: str) -> str:
    """Return what a permission allows, in words for people on one line. Raises Refused."""
    tidy = " ".join(description.split())
    if not tidy or len(tidy) > LONGEST_DESCRIPTION or not tidy.isprintable():
        raise Refused(f"A description has 1 to {LONGEST_DESCRIPTION} printable characters.")
    return tidy
