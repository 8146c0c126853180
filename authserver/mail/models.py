"""Table of the ledger of letters."""

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from authserver.base.tables import Base, Id, Seconds

_SENDING = text("state = 'sending'")
_WAITING = text("state = 'waiting'")


class OutboxRow(Base):
    """Who is to be written to and why. No secret and no text of a letter ever stands here."""

    __tablename__ = "outbox"
    __table_args__ = (
        # Two letters to one address are never under way at once: the newest letter's secret is the one that
        # works.
        Index(
            "uq_outbox_recipient_sending",
            "recipient",
            unique=True,
            sqlite_where=_SENDING,
            postgresql_where=_SENDING,
        ),
        # Whether a letter of a kind waits for somebody already.
        Index("ix_outbox_waiting", "recipient", "kind", sqlite_where=_WAITING, postgresql_where=_WAITING),
        # The pages of the ledger that show one state, and how many letters failed.
        Index("ix_outbox_state_created_at_id", "state", "created_at", "id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    # No foreign key: mail knows no domain, and whom a letter is about may be gone.
    subject_id: Mapped[str] = mapped_column(String(254))
    recipient: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(35))
    created_at: Mapped[Seconds] = mapped_column(index=True)
    # When the next attempt may begin; while one is under way, when its claim is over; NULL when all is done,
    # so that looking for work never passes what was sent.
    due_at: Mapped[Seconds | None] = mapped_column(index=True)
    attempts: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    sent_at: Mapped[Seconds | None]
    error: Mapped[str] = mapped_column(String(200))
