"""Table of the management API: what was created under which idempotency key."""

from sqlalchemy import LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from authserver.base.tables import Base, Seconds


class CreationRow(Base):
    """One creation, for a day: of which caller and key, what was asked for, what was answered; no secret."""

    __tablename__ = "creations"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    asked: Mapped[bytes] = mapped_column(LargeBinary(32))
    body: Mapped[str] = mapped_column(Text, server_default=text("''"))
    location: Mapped[str] = mapped_column(Text, server_default=text("''"))
    expires_at: Mapped[Seconds] = mapped_column(index=True)
