"""Tables of organizations."""

from sqlalchemy import ForeignKey, String
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


class MembershipRow(Base):
    """One person in one organization."""

    __tablename__ = "memberships"

    organization_id: Mapped[Id] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[Id] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(20))
    joined_at: Mapped[Seconds]
