"""Trade platforms, as Toolbox wrote them down; read only."""

import contextlib
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_TABLE = "SELECT 1 FROM sqlite_master WHERE name = 'trade_platforms'"
_OF_ORGANIZATION = """
    SELECT id, name, type, created_at FROM trade_platforms
    WHERE organization_id = ? ORDER BY name, id
"""


@dataclass(frozen=True)
class TradePlatform:
    """A trade server of an organization."""

    id: str
    name: str
    type: str
    organization_id: str
    created: datetime

    def document(self) -> dict[str, object]:
        """Return it as the published clients know it."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "organizationId": self.organization_id,
            "created": timestamp(self.created),
        }


class TradePlatforms:
    """The register in Toolbox's file; empty as long as there is none."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def of(self, organization: str) -> list[TradePlatform]:
        """Return the platforms of one organization by name."""
        return [
            TradePlatform(identity, name, kind, organization, datetime.fromtimestamp(created_at, UTC))
            for identity, name, kind, created_at in self._rows(organization)
        ]

    def find(self, organization: str, identity: str, kind: str | None = None) -> TradePlatform | None:
        """Return a platform if the organization has it and it is of the kind; foreign ones don't exist."""
        mine = (platform for platform in self.of(organization) if platform.id == identity)
        return next((platform for platform in mine if kind in (None, platform.type)), None)

    def _rows(self, organization: str) -> list[tuple[str, str, str, int]]:
        if not self._file.exists():
            return []
        address = f"{self._file.resolve().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
            # Toolbox makes the file a moment before the table.
            there = database.execute(_TABLE).fetchone()
            return database.execute(_OF_ORGANIZATION, [organization]).fetchall() if there else []


def timestamp(moment: datetime) -> str:
    """Return a moment in UTC as the published clients read it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
