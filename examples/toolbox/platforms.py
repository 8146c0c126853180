"""Trade platforms: what Toolbox itself keeps for organizations, in a table of its own."""

import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from examples.toolbox.database import look, prepare, work

TYPES = ("MT4", "MT5", "MatchTrader")
READ = "trade_platforms:read"
MANAGE = "trade_platforms:manage"
LONGEST_NAME = 100

SCHEMA = """
CREATE TABLE IF NOT EXISTS trade_platforms (
    id TEXT PRIMARY KEY, organization_id TEXT NOT NULL, name TEXT NOT NULL,
    type TEXT NOT NULL CHECK(type IN ('MT4','MT5','MatchTrader')), created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS trade_platforms_by_organization ON trade_platforms (organization_id);
"""


class UnfitError(Exception):
    """What somebody typed can't be a trade platform; says why."""


@dataclass(frozen=True, slots=True)
class Platform:
    """One trade platform of an organization."""

    id: str
    name: str
    type: str


class Platforms:
    """The table. Every question names the organization, so that none can see another's."""

    def __init__(self, path: Path) -> None:
        self._path = path
        prepare(path, SCHEMA)

    def of(self, organization_id: str) -> list[Platform]:
        """Return those of an organization, by name."""
        with look(self._path) as database:
            found = database.execute(
                "SELECT id, name, type FROM trade_platforms WHERE organization_id = ? ORDER BY name, id",
                (organization_id,),
            )
            return [Platform(*row) for row in found.fetchall()]

    def add(self, organization_id: str, name: str, kind: str) -> Platform:
        """Add one. Raises UnfitError."""
        name = name.strip()
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise UnfitError(f"A name has 1 to {LONGEST_NAME} characters.")
        if kind not in TYPES:
            raise UnfitError(f"The type is one of {', '.join(TYPES)}.")
        made = Platform(str(uuid.uuid4()), name, kind)
        with work(self._path) as database:
            database.execute(
                "INSERT INTO trade_platforms VALUES (?, ?, ?, ?, ?)",
                (made.id, organization_id, made.name, made.type, int(time.time())),
            )
        return made

    def remove(self, organization_id: str, platform_id: str) -> bool:
        """Remove one, and return whether it was there."""
        with work(self._path) as database:
            gone = database.execute(
                "DELETE FROM trade_platforms WHERE id = ? AND organization_id = ?",
                (platform_id, organization_id),
            )
            return gone.rowcount == 1
