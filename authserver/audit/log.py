"""Recording an act: in the audit trail, in the writer's transaction, and in the log."""

import structlog
from prometheus_client import Counter

from authserver.audit.event import SYSTEM, AuditEvent, Origin
from authserver.audit.store import events
from authserver.base.clock import now

__all__ = ["SYSTEM", "Origin", "record"]

log = structlog.get_logger()

_events = Counter("authserver_audit_events", "Acts in the audit trail.", ["action", "result"])

LONGEST_TARGET = 300
"""Characters of a target that are kept."""


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
    event = AuditEvent(
        at=now(),
        action=action,
        actor=origin.actor,
        source=origin.source,
        request_id=origin.request_id,
        target=_storable(target),
        organization_id=organization,
        result=result,
        details=details,
    )
    events.add(event)
    _events.labels(action, result).inc()
    told = details | ({"request_id": origin.request_id} if origin.request_id else {})
    log.info("audit", action=action, actor=origin.actor, target=target, result=result, **told)


def _storable(target: str) -> str:
    # A stranger may have named it: PostgreSQL refuses NUL and what is longer than its column.
    return target.replace("\x00", "\\x00")[:LONGEST_TARGET]
