"""Recording an act: in the audit trail, in the writer's transaction, and in the log."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog
from prometheus_client import Counter

from authserver.audit.event import SYSTEM, AuditEvent, Origin
from authserver.audit.store import events
from authserver.base.clock import now

__all__ = ["SYSTEM", "Origin", "Target", "listed", "record", "record_all"]

log = structlog.get_logger()

_events = Counter("authserver_audit_events", "Acts in the audit trail.", ["action", "result"])

LONGEST_TARGET = 300
"""Characters of a target that are kept."""

LONGEST_LIST = 1000
"""Characters of names in one detail."""


def record(
    origin: Origin,
    action: str,
    *,
    target: str,
    organization: str | None = None,
    result: str = "ok",
    **details: str,
) -> None:
    """Write one audit event: who (origin), what (`noun.verb`), on which target. Details hold no secret."""
    event = _event(origin, action, target, organization, result, details)
    events.add(event)
    _tell(event, target)


@dataclass(frozen=True, slots=True)
class Target:
    """What one of many events is about: its id, the organization it belongs to, and details."""

    id: str
    organization: str
    details: dict[str, str] = field(default_factory=dict)


def record_all(origin: Origin, action: str, targets: Iterable[Target]) -> None:
    """Write an event for each of many targets; one statement, however many there are."""
    made = [
        (_event(origin, action, each.id, each.organization, "ok", each.details), each) for each in targets
    ]
    events.add_all([event for event, _target in made])
    for event, target in made:
        _tell(event, target.id)


def _event(
    origin: Origin, action: str, target: str, organization: str | None, result: str, details: dict[str, str]
) -> AuditEvent:
    return AuditEvent(
        at=now(),
        action=action,
        actor=origin.actor,
        source=origin.source,
        request_id=origin.request_id,
        target=_storable(target),
        organization_id=organization,
        result=result,
        details=details | ({"application": origin.application} if origin.application else {}),
    )


def _tell(event: AuditEvent, target: str) -> None:
    _events.labels(event.action, event.result).inc()
    told = event.details | ({"request_id": event.request_id} if event.request_id else {})
    log.info("audit", action=event.action, actor=event.actor, target=target, result=event.result, **told)


def listed(names: Iterable[str]) -> str:
    """Return names as a detail: sorted, with how many there are beyond LONGEST_LIST characters."""
    every = sorted(names)
    kept = list(every)
    while len(" ".join(kept)) > LONGEST_LIST:
        kept.pop()
    return " ".join(kept) + (f" (+{len(every) - len(kept)})" if len(kept) < len(every) else "")


def _storable(target: str) -> str:
    # A stranger may have named it: PostgreSQL refuses NUL and what is longer than its column.
    return target.replace("\x00", "\\x00")[:LONGEST_TARGET]
