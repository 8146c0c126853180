"""What is asked of every request: as many statements as among few, by indexes, over few rows."""

import re
from dataclasses import dataclass

from authserver.audit.reading import WINDOW, WINDOWS
from tests.growth import plans
from tests.growth.filling import BIG
from tests.growth.installation import Cost, Installation

MOST = 24
"""Statements of any page or call that reads."""

RARE = 2 * WINDOWS - 2
"""Statements more on a page of the trail that looks for what is rare: it gives up then, and goes on behind."""


@dataclass(frozen=True)
class Reach:
    """At how many rows a statement may look (PostgreSQL), and in how many steps a request may be done (SQLite)."""

    rows: int
    steps: int


USUAL = Reach(750, 60_000)
"""A person's memberships are read for every page, each with its organization."""

FURTHER: tuple[tuple[str, Reach, str], ...] = (
    (
        r"audit", Reach(WINDOW, WINDOWS * 70_000),
        "a window of the trail, and some windows when what is asked for is rare, however long the trail is",
    ),
    (
        r"members(\?|$| )", Reach(BIG.accounts + 2 * BIG.members + 50, 150_000),
        "all members of the one organization: they are sorted by what stands in their accounts, and a part of"
        " a name is looked for in each; PostgreSQL takes the whole tables where that costs less",
    ),
    (
        r"settings/delete|/admin/organizations/{organization_id}$", Reach(BIG.members + 50, 60_000),
        "says how many members there are: they are counted in the index",
    ),
    (
        r"/api-clients(\?|$)", Reach(3 * BIG.clients + 50, 60_000),
        "API clients of the one organization, of which there are 1,000 at most: sorted without regard to case",
    ),
    (
        r"/invitations\?search", Reach(3 * BIG.invitations + 50, 60_000),
        "a part of an address: all invitations of the one organization",
    ),
    (
        r"/admin/(organizations|applications)\?search", USUAL,
        "a part of a name: all organizations of the server, or all applications",
    ),
)  # fmt: skip
"""What may look at more, and why: nothing of it grows with the server, but the last."""


def reach(name: str) -> Reach:
    """Return how far a request may reach."""
    return next((found for pattern, found, _reason in FURTHER if re.search(pattern, name)), USUAL)


def flat(name: str, few: Cost, many: Cost, most: int = MOST) -> None:
    """Fail unless a request takes as many statements among many as among few, and not too many."""
    # A list that goes on needs not to ask whether it does: sometimes it is one statement less.
    more = RARE if "audit" in name else 0
    assert len(many) <= len(few) + more, (len(few), few.told, len(many), many.told)
    assert len(many) <= most + more, (len(many), many.told)


def by_indexes(installation: Installation, cost: Cost) -> None:
    """Fail when a statement reads a growing table from end to end."""
    found = plans.of_all(installation, cost.sent)
    assert not found, "\n\n".join(found)


def over_few_rows(installation: Installation, name: str, cost: Cost) -> None:
    """Fail when a request looks at more than it may."""
    allowed = reach(name)
    if installation.postgresql:
        looked = plans.most_looked_at(installation, cost.sent)
        assert looked <= allowed.rows, (looked, cost.told)
    else:
        assert cost.steps <= allowed.steps, (cost.steps, cost.told)
