"""Reading the trail: a page of it, newest first, or all of it in pieces.

Who may read whose events, the caller has asked before: this room knows neither people nor organizations.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from authserver.audit.event import Entry
from authserver.audit.filter import Filter, Place
from authserver.audit.store import events

LONGEST_PAGE = 500
"""Events of one page at most."""

WINDOW = 2000
"""Events that one query looks at."""

WINDOWS = 10
"""Queries of one page at most; what is rarer goes on behind the next cursor."""

Units = Callable[[], AbstractContextManager[object]]
"""Makes a unit of work for each piece of a long reading."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some events, newest first, and the cursor behind which there may be more.

    A page may have fewer events than were asked for, even none, and go on all the same: what was asked for
    is rare. Without a cursor there are no more.
    """

    entries: tuple[Entry, ...]
    next: str | None


def page(wanted: Filter, *, after: str = "", limit: int = 100) -> Page:
    """Return a page of the events of a filter; `after` is the cursor of the page before. Raises Refused."""
    limit = max(1, min(limit, LONGEST_PAGE))
    place = Place.parse(after) if after else None
    entries: list[Entry] = []
    for _ in range(WINDOWS):
        # One more than fits tells whether there is a next page.
        entries += events.found(wanted, place, limit=limit + 1 - len(entries), window=WINDOW)
        if len(entries) > limit:
            last = entries[limit - 1]
            return Page(tuple(entries[:limit]), str(Place(last.event.at, last.id)))
        place = events.end_of_window(wanted, place, WINDOW)
        if place is None:
            return Page(tuple(entries), None)
    return Page(tuple(entries), str(place))


def everything(
    wanted: Filter, units: Units = nullcontext, view: Callable[[Sequence[Entry]], Sequence[Entry]] = tuple
) -> Iterator[Entry]:
    """Return all events of a filter, newest first, page by page; `view` is how whoever asks may see a page.

    Each page is read in a unit of work of its own, so that no connection waits for whoever receives them.
    """
    cursor: str | None = ""
    while cursor is not None:
        with units():
            read = page(wanted, after=cursor, limit=LONGEST_PAGE)
            shown = view(read.entries)
        yield from shown
        cursor = read.next
