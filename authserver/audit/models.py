"""Table of the audit trail."""

from sqlalchemy import JSON, BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from authserver.base.tables import Base, Id, Seconds


class AuditEventRow(Base):
    """One event; written once, never changed."""

    __tablename__ = "audit_events"
    # In the order that pages have, for each way into the trail.
    __table_args__ = (
        Index("ix_audit_events_at_id", "at", "id"),
        Index("ix_audit_events_organization_at_id", "organization_id", "at", "id"),
        Index("ix_audit_events_actor_at_id", "actor", "at", "id"),
        Index("ix_audit_events_target_at_id", "target", "at", "id"),
    )

    # Counts up, so that events of one second keep their order.
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[Seconds]
    action: Mapped[str] = mapped_column(String(60))
    actor: Mapped[str] = mapped_column(String(300))
    source: Mapped[str] = mapped_column(String(64))
    request_id: Mapped[str] = mapped_column(String(64))
    target: Mapped[str] = mapped_column(String(300))
    # No foreign key: the trail outlives what it tells of.
    organization_id: Mapped[Id | None]
    result: Mapped[str] = mapped_column(String(20))
    details: Mapped[dict[str, str]] = mapped_column(JSON)
