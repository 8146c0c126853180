"""Long lists: what somebody searches for, and where a page of the list begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import abort, request

T = TypeVar("T")

SIZE = 50
"""Entries of a page."""

_LONGEST = 254


@dataclass(frozen=True, slots=True)
class Asked:
    """What part of a list is asked for: entries that hold some text, from behind one of them."""

    search: str
    after: str


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A page of a list."""

    entries: Sequence[T]
    asked: Asked
    next: str
    """The query of the next page; empty on the last one."""


def asked() -> Asked:
    """Return what the address asks for; what no list can hold is answered with 400."""
    search, after = (request.args.get(name, "").strip(" ") for name in ("search", "after"))
    for text in (search, after):
        if len(text) > _LONGEST or not text.isprintable():
            abort(400)
    return Asked(search, after)


def pair(cursor: str) -> tuple[str, str] | None:
    """Return the two facts that name where a page begins, None for the first; anything else is 400.

    The place itself stands in the address, so that it lasts when the entry there is gone, and is looked up
    nowhere.
    """
    if not cursor:
        return None
    first, _point, second = cursor.partition(".")
    if not first or not second:
        abort(400)
    return first, second


def listing(asked: Asked, found: Sequence[T], cursor: Callable[[T], str]) -> Listing[T]:
    """Return a page from what was found, which is one entry more than fits when there are more pages."""
    shown = found[:SIZE]
    if len(found) <= SIZE:
        return Listing(shown, asked, "")
    place = {"search": asked.search, "after": cursor(shown[-1])}
    return Listing(shown, asked, "?" + urlencode({name: text for name, text in place.items() if text}))
