"""A request that passed the door, as one frozen value."""

from dataclasses import dataclass, field
from typing import TypeVar

from authserver.audit.event import Origin
from authserver.management.caller import Caller
from authserver.management.cursors import Cursors
from authserver.management.messages.base import Asked, Searched
from authserver.organizations.authority import Authority

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls what with what. `ids` are those of the path, canonical UUIDs by their names there."""

    caller: Caller
    origin: Origin
    path: str
    needs: str
    cursors: Cursors
    ids: dict[str, str] = field(default_factory=dict)
    query: Searched | None = None
    body: Asked | None = None
    if_match: str | None = None

    @property
    def by(self) -> Authority:
        """The authority that acts."""
        return self.caller.authority

    @property
    def organization_id(self) -> str:
        """The organization of the path."""
        return self.ids["organization_id"]

    def wish(self, kind: type[T]) -> T:
        """Return the body, which is of the kind that the route names."""
        return _of(kind, self.body)

    def search(self, kind: type[T]) -> T:
        """Return the query, which is of the kind that the route names."""
        return _of(kind, self.query)


def _of(kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"the route names no {kind.__name__}")
    return value
