"""Tables of people: accounts, what they hold to get in, their sessions and devices."""

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from authserver.base.tables import Base, Id, Seconds

ADDRESS = String(254)

# By the bytes, whatever the language of the database: addresses that begin alike stand together.
_SORTED_ADDRESS = ADDRESS.with_variant(String(254, collation="C"), "postgresql")

_UNPROVEN = text("email_proven_at IS NULL")


class AccountRow(Base):
    """One person. The address stands in its canonical form."""

    __tablename__ = "accounts"

    id: Mapped[Id] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(_SORTED_ADDRESS, unique=True)
    created_at: Mapped[Seconds]
    email_proven_at: Mapped[Seconds | None]
    password_hash: Mapped[str | None] = mapped_column(String(255))
    password_changed_at: Mapped[Seconds | None]
    disabled_at: Mapped[Seconds | None]
    last_sign_in_at: Mapped[Seconds | None]
    operator: Mapped[bool]
    language: Mapped[str] = mapped_column(String(20))

    __table_args__ = (
        # What housekeeping looks for stays small, however many accounts there are.
        Index("ix_accounts_unproven", "created_at", sqlite_where=_UNPROVEN, postgresql_where=_UNPROVEN),
    )


class ProfileRow(Base):
    """What products may learn about a person (OpenID Connect Core section 5.1)."""

    __tablename__ = "account_profiles"

    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    given_name: Mapped[str] = mapped_column(String(200))
    middle_name: Mapped[str] = mapped_column(String(200))
    family_name: Mapped[str] = mapped_column(String(200))
    nickname: Mapped[str] = mapped_column(String(200))
    preferred_username: Mapped[str] = mapped_column(String(200))
    profile: Mapped[str] = mapped_column(String(200))
    picture: Mapped[str] = mapped_column(String(200))
    website: Mapped[str] = mapped_column(String(200))
    gender: Mapped[str] = mapped_column(String(200))
    birthdate: Mapped[str] = mapped_column(String(10))
    zoneinfo: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(35))
    phone_number: Mapped[str] = mapped_column(String(50))
    street_address: Mapped[str] = mapped_column(String(500))
    locality: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(200))
    postal_code: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(200))
    updated_at: Mapped[Seconds]


class OneTimeRow(Base):
    """A secret from a letter, as its digest: one of each kind for an account, the newest."""

    __abstract__ = True

    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    expires_at: Mapped[Seconds] = mapped_column(index=True)
    used_at: Mapped[Seconds | None]


class MailedPasswordRow(OneTimeRow):
    """The password of the newest welcome letter."""

    __tablename__ = "mailed_passwords"


class PasswordResetRow(OneTimeRow):
    """The link of the newest reset letter."""

    __tablename__ = "password_resets"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)


class EmailChangeRow(OneTimeRow):
    """A new address that waits to be confirmed; without a digest until its letter is under way."""

    __tablename__ = "email_changes"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    new_email: Mapped[str] = mapped_column(ADDRESS)


class SessionRow(Base):
    """One browser that a person signed in with. The cookie's handle is here as its SHA-256 only."""

    __tablename__ = "sessions"

    id: Mapped[Id] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    stage: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[Seconds]
    authenticated_at: Mapped[Seconds]
    last_seen_at: Mapped[Seconds]
    idle: Mapped[Seconds]
    idle_until: Mapped[Seconds]
    expires_at: Mapped[Seconds]
    source: Mapped[str] = mapped_column(String(45))
    user_agent: Mapped[str] = mapped_column(String(300))

    __table_args__ = (
        Index("ix_sessions_idle_until", "idle_until"),
        Index("ix_sessions_expires_at", "expires_at"),
    )


class DeviceRow(Base):
    """A browser from which a person signed in before: known, when somebody else guesses passwords."""

    __tablename__ = "account_devices"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    network: Mapped[str] = mapped_column(String(50))
    first_seen_at: Mapped[Seconds]
    last_seen_at: Mapped[Seconds] = mapped_column(index=True)

    __table_args__ = (Index("ix_account_devices_account_id_network", "account_id", "network"),)
