"""A person's place in an organization, as tokens tell of it."""

from typing import NamedTuple

from authserver.organizations.permissions import Role


class Place(NamedTuple):
    """What somebody is in an organization and may do there, at this moment."""

    id: str
    name: str
    role: Role
    permissions: tuple[str, ...]
