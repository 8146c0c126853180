"""Tables of the protocol: requests under way, grants, consents, and what has to be remembered of tokens."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from authserver.base.tables import Base, Id, Seconds

ClientId = String(255)

_WAITING = text("due_at IS NOT NULL")
_UNSEEN = text("position IS NULL")


class InteractionRow(Base):
    """An authorization request that waits for a person; bound to the browser that brought it."""

    __tablename__ = "interactions"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    # None until the browser that was sent here by another site's form comes by itself.
    browser: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    client_id: Mapped[str] = mapped_column(
        ClientId, ForeignKey("applications.id", ondelete="CASCADE"), index=True
    )
    # Without the id_token_hint: what it said of whom the request is about stands beside it.
    parameters: Mapped[str] = mapped_column(Text)
    hinted_subject: Mapped[str] = mapped_column(String(255))
    # The session handle that was there when it began: another one means that the person signed in since.
    session: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    consented_by: Mapped[Id | None]
    created_at: Mapped[Seconds]
    expires_at: Mapped[Seconds] = mapped_column(index=True)


class GrantRow(Base):
    """What a person granted an application: behind a code first, then behind a family of refresh tokens."""

    __tablename__ = "grants"

    id: Mapped[Id] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(
        ClientId, ForeignKey("applications.id", ondelete="CASCADE"), index=True
    )
    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    # No foreign key: the grant outlives the session.
    session_id: Mapped[Id] = mapped_column(index=True)
    code_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    code_expires_at: Mapped[Seconds]
    redirect_uri: Mapped[str] = mapped_column(Text)
    scopes: Mapped[str] = mapped_column(Text)
    nonce: Mapped[str] = mapped_column(Text)
    code_challenge: Mapped[str] = mapped_column(String(43))
    claims: Mapped[dict[str, Any]] = mapped_column(JSON)
    # No foreign key: whether the person belongs to it is asked at each issue.
    organization_id: Mapped[str] = mapped_column(String(36), server_default=text("''"))
    authenticated_at: Mapped[Seconds]
    created_at: Mapped[Seconds]
    renewable: Mapped[bool]
    offline: Mapped[bool]
    redeemed_at: Mapped[Seconds | None]
    generation: Mapped[int]
    refresh_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    previous_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    rotated_at: Mapped[Seconds]
    idle_until: Mapped[Seconds]
    expires_at: Mapped[Seconds]
    # When the row is of no use any more, revoked or not.
    kept_until: Mapped[Seconds] = mapped_column(index=True)
    revoked_at: Mapped[Seconds | None]

    __table_args__ = (Index("ix_grants_account_id_client_id", "account_id", "client_id"),)


class ConsentRow(Base):
    """What a person lets an application have."""

    __tablename__ = "consents"

    account_id: Mapped[Id] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[str] = mapped_column(
        ClientId, ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    scopes: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Seconds]
    updated_at: Mapped[Seconds]


class SessionClientRow(Base):
    """An application that knows of a session, and is told when it ends."""

    __tablename__ = "session_clients"

    session_id: Mapped[Id] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(
        ClientId, ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    expires_at: Mapped[Seconds] = mapped_column(index=True)


class LogoutRow(Base):
    """The ledger of back-channel logouts: whom to tell of which session."""

    __tablename__ = "logouts"

    id: Mapped[Id] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(
        ClientId, ForeignKey("applications.id", ondelete="CASCADE"), index=True
    )
    # No foreign keys: the account and the session may be gone.
    account_id: Mapped[Id]
    session_id: Mapped[Id]
    created_at: Mapped[Seconds] = mapped_column(index=True)
    # When the next attempt may begin; while one is under way, when its claim is over; None when all is done.
    due_at: Mapped[Seconds | None]
    attempts: Mapped[int]
    told_at: Mapped[Seconds | None]

    __table_args__ = (Index("ix_logouts_due_at", "due_at", sqlite_where=_WAITING, postgresql_where=_WAITING),)


class UsedAssertionRow(Base):
    """A client assertion that was seen, as its digest, until it expires anyway."""

    __tablename__ = "used_assertions"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    expires_at: Mapped[Seconds] = mapped_column(index=True)


class RevokedTokenRow(Base):
    """An access token that was revoked by itself, as the digest of its `jti`, until it expires anyway."""

    __tablename__ = "revoked_tokens"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    expires_at: Mapped[Seconds] = mapped_column(index=True)


class SecurityEventRow(Base):
    """Tokens for an API resource ended before their time; a row for each resource that is told."""

    __tablename__ = "security_events"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    resource: Mapped[str] = mapped_column(String(100), ForeignKey("resources.name", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(100))
    match: Mapped[dict[str, str]] = mapped_column(JSON)
    at: Mapped[Seconds]
    except_scope: Mapped[str] = mapped_column(String(100))
    permissions: Mapped[str | None] = mapped_column(Text)
    # None until somebody sees that it was committed: places are given one after the other, so that no reader
    # who has seen one will miss another that comes before it.
    position: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    published_at: Mapped[Seconds | None] = mapped_column(index=True)

    __table_args__ = (
        Index("ix_security_events_resource_position", "resource", "position"),
        Index("ix_security_events_unseen", "id", sqlite_where=_UNSEEN, postgresql_where=_UNSEEN),
    )


class SecurityFeedRow(Base):
    """The last place that was given in the feed; one row. It outlives the events that are deleted."""

    __tablename__ = "security_feed"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)
