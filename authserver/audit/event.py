"""An event of the audit trail, and where an act came from."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Origin:
    """Who acts: `cli:NAME`, `client:ID`, `system`; from which address; in which request; by what."""

    actor: str
    source: str = ""
    request_id: str = ""
    application: str = ""
    """The id of the application that acts for a person; empty on this server's own pages."""


SYSTEM = Origin("system")
"""The server itself: first keys, rotation on time."""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One act. `details` holds names and counts, never a secret."""

    at: int
    action: str
    actor: str
    source: str
    request_id: str
    target: str
    organization_id: str | None
    result: str = "ok"
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as it stands in the trail. The number of its row counts up, with gaps."""

    id: int
    event: AuditEvent
