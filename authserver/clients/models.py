"""Tables of API clients, their secrets, API resources and scopes."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from authserver.base.tables import Base, Id, Name, Seconds


class ResourceRow(Base):
    """One API resource."""

    __tablename__ = "resources"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    audience: Mapped[str] = mapped_column(String(200), unique=True)
    algorithm: Mapped[str] = mapped_column(String(10))
    claim_style: Mapped[str] = mapped_column(String(20))
    lifetime: Mapped[int]
    # Whether operators alone give its scopes to API clients.
    internal: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[Seconds]


class ScopeRow(Base):
    """One scope; it belongs to exactly one resource."""

    __tablename__ = "scopes"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    resource: Mapped[str] = mapped_column(ForeignKey("resources.name", ondelete="CASCADE"), index=True)


class ApiClientRow(Base):
    """One API client. Scopes, methods and permissions are lists separated by spaces: one row tells all."""

    __tablename__ = "api_clients"

    id: Mapped[Id] = mapped_column(primary_key=True)
    organization_id: Mapped[Id] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[Name]
    scopes: Mapped[str] = mapped_column(Text)
    auth_methods: Mapped[str] = mapped_column(String(100))
    # What was granted; what its tokens say depends on what the operator allows its organization as well.
    permissions: Mapped[str] = mapped_column(Text, server_default=text("''"))
    created_at: Mapped[Seconds]
    disabled_at: Mapped[Seconds | None]

    # In the order of pages: however many others there are, a page of one organization reads its own.
    __table_args__ = (Index("ix_api_clients_organization_id_id", "organization_id", "id"),)


class SecretRow(Base):
    """What every kind of secret has: a label, a digest, an end, who made it, when and where it was used."""

    __abstract__ = True

    id: Mapped[Id] = mapped_column(primary_key=True)
    label: Mapped[Name]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[Seconds]
    # The actor of the audit trail; empty for secrets of before it was noted.
    created_by: Mapped[str] = mapped_column(String(100), server_default=text("''"))
    expires_at: Mapped[Seconds | None]
    last_used_at: Mapped[Seconds | None]
    last_used_from: Mapped[str] = mapped_column(String(45), server_default=text("''"))
    owner: Mapped[str]


class ClientSecretRow(SecretRow):
    """One secret of an API client."""

    __tablename__ = "client_secrets"

    owner: Mapped[Id] = mapped_column(
        ForeignKey("api_clients.id", ondelete="CASCADE"), name="client_id", index=True
    )
    # When people were last told that it expires.
    noticed_at: Mapped[Seconds | None]

    # What expires soon is looked for again and again.
    __table_args__ = (Index("ix_client_secrets_expires_at", "expires_at"),)


class ResourceSecretRow(SecretRow):
    """One secret of an API resource, for introspection."""

    __tablename__ = "resource_secrets"

    owner: Mapped[str] = mapped_column(
        ForeignKey("resources.name", ondelete="CASCADE"), name="resource", index=True
    )


class ApplicationRow(Base):
    """One relying application. Lists of addresses and of scopes are lists, so that one row tells all."""

    __tablename__ = "applications"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    name: Mapped[Name]
    profile: Mapped[str] = mapped_column(String(20))
    auth_method: Mapped[str] = mapped_column(String(30))
    redirect_uris: Mapped[list[str]] = mapped_column(JSON)
    post_logout_redirect_uris: Mapped[list[str]] = mapped_column(JSON)
    backchannel_logout_uri: Mapped[str] = mapped_column(Text)
    cors_origins: Mapped[list[str]] = mapped_column(JSON)
    scopes: Mapped[str] = mapped_column(Text)
    first_party: Mapped[bool]
    client_uri: Mapped[str] = mapped_column(Text)
    logo_uri: Mapped[str] = mapped_column(Text)
    policy_uri: Mapped[str] = mapped_column(Text)
    tos_uri: Mapped[str] = mapped_column(Text)
    id_token_algorithm: Mapped[str] = mapped_column(String(10))
    userinfo_algorithm: Mapped[str] = mapped_column(String(10))
    claims_in_id_token: Mapped[bool] = mapped_column(server_default=false())
    access_token_lifetime: Mapped[int | None]
    refresh_token_lifetime: Mapped[int | None]
    refresh_token_idle: Mapped[int | None]
    jwks: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    jwks_uri: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Seconds]
    disabled_at: Mapped[Seconds | None]


class ApplicationSecretRow(SecretRow):
    """One secret of a confidential application."""

    __tablename__ = "application_secrets"

    owner: Mapped[str] = mapped_column(
        ForeignKey("applications.id", ondelete="CASCADE"), name="application_id", index=True
    )


class ApplicationLogoRow(Base):
    """The logo of an application, as it was fetched."""

    __tablename__ = "application_logos"

    application_id: Mapped[str] = mapped_column(
        ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    fetched_at: Mapped[Seconds]


class AppliedRow(Base):
    """A mark: a declaration made this, so a later one may remove it."""

    __tablename__ = "applied_declarations"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
