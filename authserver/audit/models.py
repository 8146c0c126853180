"""Tables of the audit trail."""

from sqlalchemy import JSON, BigInteger, Index, Integer, LargeBinary, String
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


class AuditSealRow(Base):
    """A seal: what stood in a batch of events, or that a batch was cut. Written once, deleted by a cut."""

    __tablename__ = "audit_seals"

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(String(10))
    first_id: Mapped[int] = mapped_column(BigInteger)
    last_id: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int] = mapped_column(BigInteger)
    cut: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[bytes] = mapped_column(LargeBinary)
    checked: Mapped[bool]
    key: Mapped[str] = mapped_column(String(16))
    sealed_at: Mapped[Seconds]
    mac: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHeadRow(Base):
    """Where the chain of seals ends; one row. Without it nobody could tell that the last seal is gone."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    link: Mapped[bytes] = mapped_column(LargeBinary)
    key: Mapped[str] = mapped_column(String(16))
    mac: Mapped[bytes] = mapped_column(LargeBinary)
