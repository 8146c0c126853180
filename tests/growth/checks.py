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
"""Statements more on a page of the trail that looks for what is rare, before it goes on behind a cursor."""


SELDOM = ("SELECT DISTINCT memberships.organization_id, grants.scopes",)
"""Asked once when organizations go: for thousands of members PostgreSQL may rather pass all grants than
look each member's up."""


@dataclass(frozen=True)
class Reach:
    """At how many rows a statement may look (PostgreSQL), and how many steps a request may take (SQLite)."""

    rows: int
    steps: int


USUAL = Reach(650, 60_000)
"""The most is what a person has a hand in: memberships and applications, each with what it is about."""

FURTHER: tuple[tuple[str, Reach, str], ...] = (
    (
        r"{(slug|organization_id)}/members(\?|$)|list_members",
        Reach(3 * BIG.members + 100, 150_000),
        "all members of the one organization: what sorts them stands in their accounts",
    ),
    (
        r"{slug}/members/|settings/delete|/admin/organizations/{organization_id}$",
        Reach(BIG.members + 100, 60_000),
        "how many members there are: counted in the index, and told on the page",
    ),
    (
        r"{slug}/invitations\?search",
        Reach(BIG.invitations + 100, 60_000),
        "a part of an address: all invitations of the one organization",
    ),
    (
        r"{slug}/api-clients(\?|$)",
        Reach(BIG.clients + 200, 60_000),
        "all API clients of the one organization, 1,000 at most: sorted without regard to case",
    ),
    (
        r"/admin/(organizations|applications)\?search",
        USUAL,
        "a part of a name: all organizations of the server, or all applications",
    ),
    (
        r"audit in one file",
        Reach(BIG.members + 100, WINDOWS * 80_000),
        "whether those of a piece of the trail are members: of hundreds it may rather pass all members",
    ),
    (
        r"audit",
        Reach(WINDOW, WINDOWS * 80_000),
        "windows of the trail, as many as a page may take when what is asked for is rare",
    ),
)
"""What may look at more, and why: but for the search of operators, nothing of it grows with the server."""


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
    found = plans.of_all(installation, [each for each in cost.sent if not each[0].startswith(SELDOM)])
    assert not found, "\n\n".join(found)


def over_few_rows(installation: Installation, name: str, cost: Cost) -> None:
    """Fail when a request looks at more than it may."""
    allowed = reach(name)
    if installation.postgresql:
        looked = plans.most_looked_at(installation, cost.sent)
        assert looked <= allowed.rows, (looked, cost.told)
    else:
        assert cost.steps <= allowed.steps, (cost.steps, cost.told)
