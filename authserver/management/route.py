"""A route of the management API, as data: nothing is served or allowed that is not written there."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from authserver.management.call import Call
from authserver.management.messages.base import Answered, Asked, Searched

PREFIX = "/api/v1"
JSON = "application/json"

Everybody = Literal["signed in", "person", "belongs"]
"""Who may call when no permission is asked for: whoever has a token for this API; people, and no API client;
whoever belongs to the organization of the path, an API client of it too."""

Method = Literal["GET", "POST", "PATCH", "DELETE"]


class Reply(NamedTuple):
    """What an act gives: the body, where a new thing is found, and what a repeated creation is told."""

    body: Answered | None = None
    location: str = ""
    again: Answered | None = None
    """The body without its secret; None: the same body."""
    stream: Iterator[bytes] | None = None
    """What is sent piece by piece instead of a body."""
    media: str = JSON


Act = Callable[[Call], Reply]


class NoQuery(Searched):
    """No parameters."""


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `needs` is a permission in the organization of the path, or says who else may call."""

    method: Method
    path: str
    needs: str
    act: Act
    tag: str
    answer: type[Answered] | None = None
    body: type[Asked] | None = None
    query: type[Searched] = NoQuery
    status: int = 200
    refusals: tuple[int, ...] = ()
    """Statuses of refusals beside those that every route has."""
    creates: bool = False
    """Whether it takes an idempotency key."""
    tagged: bool = False
    """Whether the answer carries an entity tag."""
    conditional: bool = False
    """Whether it takes If-Match."""
    media: tuple[str, ...] = ()
    """Media types of an answer that is sent piece by piece."""

    @property
    def name(self) -> str:
        """The name of the operation, and of its endpoint."""
        return self.act.__name__

    @property
    def rule(self) -> str:
        """The path as routing and the document know it."""
        return PREFIX + self.path


Routes = Sequence[Route]
