"""Table of the subjects ever given out. Rows are never deleted, so that a `sub` never comes back."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from authserver.base.tables import Base, Seconds


class SubjectRow(Base):
    """One identifier and what it was given to."""

    __tablename__ = "subjects"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    claimed_at: Mapped[Seconds]
