"""What the pages of the operator's console have in common: who may open them, and how their lists look."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, abort
from flask_babel import gettext as _

from authserver.accounts.views import visitor
from authserver.audit.log import Origin
from authserver.base.errors import NotFound
from authserver.console.paging import Listing
from authserver.organizations.authority import Authority
from authserver.web.pages import page

LONGEST_ID = 255


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list: a name that may lead somewhere, facts below it, and tags (text, look) beside it."""

    name: str
    path: str = ""
    facts: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    act: tuple[str, str] | None = None
    """Where a link beside it leads, and its text."""


def operators(view: Callable[..., Response]) -> Callable[..., Response]:
    """Return a view for operators: to everybody else who is signed in there is no such page."""

    @wraps(view)
    def answered(**named: Any) -> Response:
        if not visitor.person().account.operator:
            abort(404)
        if any(len(text) > LONGEST_ID or not text.isprintable() for text in named.values()):
            abort(404)
        try:
            return view(**named)
        except NotFound:
            abort(404)

    return answered


def authority() -> Authority:
    """Return whose acts these are."""
    return Authority("operator", visitor.person().account.id)


def origin() -> Origin:
    """Return what is recorded of the acts."""
    return visitor.origin(visitor.person().account)


def shown(template: str, status: int = 200, **facts: Any) -> Response:
    """Return a page of the operator's console."""
    return page(f"operator/{template}.html", status, **facts)


def list_page(
    title: str,
    listing: Listing[Row],
    *,
    search: str = "",
    empty: str,
    said: str | None = None,
    more: Sequence[tuple[str, str]] = (),
    back: tuple[str, str] | None = None,
) -> Response:
    """Return the page of a list.

    `search` labels its search; `more` are links (path, text) in its head, `back` one to what it belongs to.
    """
    return shown(
        "list",
        title=title,
        listing=listing,
        search_label=search,
        empty=empty,
        said=said,
        more=more,
        back=back,
    )


def yes_or_no(value: object) -> str:
    """Return a truth in words."""
    return str(_("yes") if value else _("no"))
