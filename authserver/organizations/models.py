"""Tables of organizations: the tenants, the people in them, what these may do, who is invited.

Lists of permissions are texts separated by spaces, so that one row tells all.
"""

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
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
    # What the operator allows; NULL: everything, also what is registered later.
    limited_to: Mapped[str | None] = mapped_column(Text)


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
    # What was granted to a Member; an Administrator holds more than a list could say.
    permissions: Mapped[str] = mapped_column(Text, server_default=text("''"))
    # When the person chose this one of theirs.
    last_used_at: Mapped[Seconds] = mapped_column(server_default=text("0"))

    # Whether an Administrator stays is asked at each change, also among thousands of people.
    __table_args__ = (Index("ix_memberships_organization_id_role", "organization_id", "role"),)


class PermissionRow(Base):
    """One permission of an API resource; those of this server stand in `permissions.py`."""

    __tablename__ = "permissions"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    resource: Mapped[str] = mapped_column(ForeignKey("resources.name", ondelete="CASCADE"), index=True)
    description: Mapped[Name]


class InvitationRow(Base):
    """One address that is invited into an organization: one invitation of each, the newest."""

    __tablename__ = "invitations"

    id: Mapped[Id] = mapped_column(primary_key=True)
    organization_id: Mapped[Id] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(20))
    permissions: Mapped[str] = mapped_column(Text)
    # Who answers for it: what they hold when it is accepted is the most that it gives.
    inviter: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[Seconds]
    expires_at: Mapped[Seconds] = mapped_column(index=True)
    used_at: Mapped[Seconds | None]
    # No foreign key: the ledger of letters forgets before this does.
    letter_id: Mapped[Id]
    # Of the link in the newest letter; NULL until one is under way.
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)

    __table_args__ = (
        UniqueConstraint("organization_id", "email"),
        # Looked for at each change of a member's rights.
        Index("ix_invitations_organization_id_inviter", "organization_id", "inviter"),
    )
