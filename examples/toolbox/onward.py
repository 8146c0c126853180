"""What a request to the provider is for: kept with its state, so that windows of a browser don't share it."""

import re
from dataclasses import dataclass
from typing import Any

from flask import session

CLIENT = "provider"
OF_REQUEST = f"_state_{CLIENT}_"
"""What Authlib puts before a state, in the cookie and in `kept`."""

LONGEST_PAGE = 1000
"""Characters of an address that is gone on to."""


@dataclass(frozen=True, slots=True)
class Onward:
    """Where one request leads."""

    page: str | None = None
    """Where to go on to."""
    moving: str | None = None
    """The organization that the person moves to."""


def own_page(page: str) -> str | None:
    """Return an address of this product to go on to, None for any other text."""
    # Browsers read // and /\ as the beginning of another host, and leave out what does not print.
    own = re.match(r"/(?![/\\])", page) and page.isprintable() and len(page) <= LONGEST_PAGE
    return page if own else None


def requests_under_way() -> dict[str, Any]:
    """Return what the cookie holds of requests that this browser, in its windows, has no answer to yet."""
    return {name: held for name, held in session.items() if name.startswith(OF_REQUEST)}
