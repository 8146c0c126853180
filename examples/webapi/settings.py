"""What an instance is told by its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Whose tokens are trusted, what must stand in them, and where the data lies."""

    issuer: str
    """The identity server, byte for byte as in its tokens."""
    audience: str = "webapi"
    scope: str = "webapi"
    algorithm: str = "ES256"
    """The one that the resource has at the issuer; never taken from a token."""
    permission: str = "trade_platforms:read"
    trade_platforms: Path = Path("trade-platforms.db")
    """The SQLite file that Toolbox writes; it may be missing."""
    origins: tuple[str, ...] = ()
    """Origins of browser applications that may call."""
    resource: str = "webapi"
    """The name of this API at the issuer; with its secret it may follow the security events."""
    secret: str = field(default="", repr=False)


def from_environment(variables: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings that variables make; only `WEBAPI_ISSUER` must be there.

    Raises:
        KeyError: it is not.
    """
    names = ("audience", "scope", "algorithm", "permission", "resource", "secret")
    given = {name: variables.get(f"WEBAPI_{name.upper()}", "") for name in names}
    return Settings(
        issuer=variables["WEBAPI_ISSUER"],
        trade_platforms=Path(variables.get("TRADE_PLATFORMS_DB", "trade-platforms.db")),
        origins=tuple(variables.get("WEBAPI_ORIGINS", "").split()),
        **{name: value for name, value in given.items() if value},
    )
