"""Tables of organizations."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from authserver.base.tables import Base, Id, Name, Seconds


class OrganizationRow(Base):
    """One organization."""

    __tablename__ = "organizations"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[Name]
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    created_at: Mapped[Seconds]
    disabled_at: Mapped[Seconds | None]
