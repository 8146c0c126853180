"""Roles and permissions as people read and choose them."""

from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import gettext as _

from authserver.organizations import catalogue
from authserver.organizations.permissions import (
    API_CLIENTS,
    AUDIT,
    MEMBERS,
    ORGANIZATION,
    Permission,
    Rights,
    checked_role,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One permission in words, and whether it is granted."""

    name: str
    description: str
    granted: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The permissions of one API resource, or (without a name) of the organization itself."""

    resource: str
    choices: tuple[Choice, ...]


def choices(actor: Rights, granted: Collection[str]) -> list[Group]:
    """Return what somebody may choose from: what they hold, and what is granted already."""
    return _grouped(actor.permissions | set(granted), granted)


def held(permissions: Collection[str]) -> list[Group]:
    """Return permissions in words."""
    return _grouped(permissions, permissions)


def wished(role: str, permissions: Collection[str]) -> Rights:
    """Return the rights that a form names. Raises Refused."""
    named = Rights(checked_role(role), frozenset(permissions))
    return Rights("administrator") if named.administrator else named


def _grouped(shown: Collection[str], granted: Collection[str]) -> list[Group]:
    groups: dict[str, list[Choice]] = {}
    for permission in catalogue.everything():
        if permission.name in shown:
            choice = Choice(permission.name, _described(permission), permission.name in granted)
            groups.setdefault(permission.resource or "", []).append(choice)
    return [Group(resource, tuple(found)) for resource, found in groups.items()]


def _described(permission: Permission) -> str:
    # Resources describe theirs in one language; these are our own.
    own: dict[str, str] = {
        MEMBERS: _("Invite people, change what members may do, and remove members"),
        API_CLIENTS: _("Create, change and delete API clients and their secrets"),
        ORGANIZATION: _("Rename the organization, change its address, and delete it"),
        AUDIT: _("Read what happened in the organization, and who did it"),
    }
    return own.get(permission.name, permission.description)
