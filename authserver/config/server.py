"""What every server needs to know: where it stands, what it keeps where, and what may not be combined."""

import os
import re
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from authserver.config.master_key import development_master_key, weakness

PREFIX = "AUTHSERVER_"
CONFIG_FILE = "AUTHSERVER_CONFIG"
"""The variable that names the TOML file."""

LONGEST_ACCESS_TOKEN = 3600
"""No access token lives longer (seconds), so a key may leave the key set an hour after it last signed."""

DAY = 86_400
LOOPBACK = ("localhost", "127.0.0.1", "::1")

# A host and, where it is not the scheme's own, a port (RFC 3986 section 3.2).
_ORIGIN = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_DATABASE = re.compile(r"sqlite(?:\+pysqlite)?:////.+|postgresql(?:\+psycopg)?://.*")


class ServerSettings(BaseSettings):
    """Addresses, storage, keys, tokens of machines, logs. Durations are seconds."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    mode: Literal["development", "production"] = Field(
        "development",
        description="development serves this machine alone; production refuses what is unsafe",
    )
    issuer: str = Field(
        "http://localhost:8000",
        description="origin that stands as `iss` in every token; scheme and host, no path, no trailing slash",
    )
    data_dir: Path = Field(
        Path("var"), description="folder of the embedded database and the development master key"
    )
    database_url: str = Field("", repr=False, description="SQLAlchemy URL; empty means SQLite in data_dir")
    database_pool: int = Field(10, ge=1, le=200, description="connections that one worker keeps at most")
    redis_url: SecretStr | None = Field(
        None, description="Redis for throttle counters; the database when unset"
    )
    master_key: SecretStr = Field(
        SecretStr(""),
        description="encrypts private keys and derives cookie keys; 43 or more random characters",
    )
    previous_master_key: SecretStr | None = Field(
        None, description="still opens what it sealed, until `keys rewrap`"
    )
    mail_url: SecretStr | None = Field(
        None,
        description="smtp://user:password@host:587, smtps://…, or `mailbox:` for the development mailbox",
    )
    trusted_proxy_hops: int = Field(
        0, ge=0, le=10, description="reverse proxies in front whose X-Forwarded-For is believed"
    )
    access_token_lifetime: int = Field(
        3600, ge=60, le=LONGEST_ACCESS_TOKEN, description="seconds; for API resources that name none"
    )
    refresh_token_lifetime: int = Field(
        30 * DAY, ge=300, le=365 * DAY, description="seconds until an application must send people here again"
    )
    refresh_token_idle: int = Field(
        15 * DAY, ge=300, le=365 * DAY, description="seconds until an unused refresh token ends"
    )
    jwks_max_age: int = Field(300, ge=0, le=DAY, description="seconds that verifiers may keep the key set")
    verifier_cache: int = Field(
        DAY, ge=0, le=30 * DAY, description="seconds that the slowest verifier keeps it all the same"
    )
    key_rotation_interval: int = Field(
        90 * DAY,
        ge=0,
        le=3650 * DAY,
        description="seconds after which a signing key is replaced; 0 means by hand",
    )
    client_failures_per_minute: int = Field(
        10,
        ge=1,
        le=10_000,
        description="wrong secrets of one client from one address before the answer is 429",
    )
    source_failures_per_minute: int = Field(
        100,
        ge=1,
        le=100_000,
        description="wrong secrets from one address, whatever the client, before the answer is 429",
    )
    tokens_per_client_per_hour: int = Field(
        0,
        ge=0,
        le=10_000_000,
        description="tokens that an API client may take for itself before the answer is 429; 0: no limit",
    )
    tokens_per_organization_per_hour: int = Field(
        0,
        ge=0,
        le=10_000_000,
        description="the same for all API clients of an organization together; 0: no limit",
    )
    audit_retention: int = Field(
        400 * DAY, ge=0, le=3650 * DAY, description="seconds that the audit trail is kept; 0 means for ever"
    )
    metrics_token: SecretStr | None = Field(
        None, description="bearer token that opens /metrics; without one there is no /metrics"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least severity that is logged"
    )
    debug: bool = Field(default=False, description="Flask's debug mode; development only")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read variables first, then the TOML file, then defaults."""
        return (
            init_settings,
            env_settings,
            TomlConfigSettingsSource(settings_cls, os.environ.get(CONFIG_FILE)),
        )

    @field_validator("database_url")
    @classmethod
    def _database_is_supported(cls, value: str) -> str:
        if not _DATABASE.fullmatch(value):
            raise ValueError("must begin with postgresql:// or with sqlite:/// and an absolute path")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_is_an_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value and urlsplit(value.get_secret_value()).scheme not in ("redis", "rediss"):
            raise ValueError("must begin with redis:// or rediss://")
        return value

    @field_validator("issuer")
    @classmethod
    def _issuer_is_an_origin(cls, value: str, info: ValidationInfo) -> str:
        parts = urlsplit(value)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or value != f"{parts.scheme}://{parts.netloc}"
        ):
            raise ValueError(
                "must be an origin such as https://id.example.com: no path, query or trailing slash"
            )
        if not _ORIGIN.fullmatch(value):
            raise ValueError("must be a lower-case host, with a port where needed, and hold no user name")
        if info.data.get("mode") == "production" and parts.scheme != "https":
            raise ValueError("must be https in production")
        if info.data.get("mode") == "development" and parts.hostname not in LOOPBACK:
            raise ValueError(
                "must be a loopback address in development; set AUTHSERVER_MODE=production to serve others"
            )
        return value

    @field_validator("mail_url")
    @classmethod
    def _mail_goes_somewhere(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None:
            return None
        scheme = urlsplit(value.get_secret_value()).scheme
        if scheme not in ("smtp", "smtps", "mailbox"):
            raise ValueError("must begin with smtp:// or smtps://, or be mailbox:")
        if scheme == "mailbox" and info.data.get("mode") == "production":
            raise ValueError("must not be the development mailbox in production")
        return value

    @field_validator("debug")
    @classmethod
    def _no_debug_in_production(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic calls it so
        if value and info.data.get("mode") == "production":
            raise ValueError("must be off in production")
        return value

    @field_validator("master_key", "previous_master_key")
    @classmethod
    def _strong_keys(cls, value: SecretStr | None) -> SecretStr | None:
        fault = weakness(value.get_secret_value()) if value else None
        if fault:
            raise ValueError(fault)
        return value

    @model_validator(mode="before")
    @classmethod
    def _derived_defaults(cls, data: dict[str, Any]) -> dict[str, Any]:
        named = data.get("data_dir") or "var"
        if not isinstance(named, str | Path):
            # Its field refuses it.
            return data
        folder = Path(named)
        derived: dict[str, Any] = {"database_url": f"sqlite:///{folder.resolve() / 'authserver.db'}"}
        if data.get("mode", "development") == "development":
            derived["mail_url"] = "mailbox:"
            if not data.get("master_key"):
                derived["master_key"] = _kept_master_key(folder)
        return derived | {name: value for name, value in data.items() if value != ""}

    @model_validator(mode="after")
    def _has_a_master_key(self) -> Self:
        if not self.master_key.get_secret_value():
            raise ValueError("MASTER_KEY must be set in production (for example: openssl rand -base64 32)")
        return self


def _kept_master_key(folder: Path) -> str:
    try:
        return development_master_key(folder)
    except OSError as error:
        raise ValueError(f"DATA_DIR: {error}") from None
