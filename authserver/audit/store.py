"""The queries and writes of the audit trail."""

from sqlalchemy import select

from authserver.audit.event import AuditEvent
from authserver.audit.models import AuditEventRow
from authserver.extensions import db

_FIELDS = tuple(AuditEvent.__dataclass_fields__)


def add(event: AuditEvent) -> None:
    """Write an event in the caller's transaction."""
    db.session.add(AuditEventRow(**{name: getattr(event, name) for name in _FIELDS}))


def latest(limit: int = 100) -> list[AuditEvent]:
    """Return the newest events, newest first."""
    rows = select(AuditEventRow).order_by(AuditEventRow.id.desc()).limit(limit)
    return [AuditEvent(**{name: getattr(row, name) for name in _FIELDS}) for row in db.session.scalars(rows)]
