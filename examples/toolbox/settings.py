"""What Toolbox is told from outside: one frozen value, read once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

ACCENTS = ("indigo", "teal")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the provider is, who we are there, and where we keep what is ours."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    origin: str
    """Scheme, host and port that people see. Addresses are made of it, never of a request's Host header."""
    name: str
    cookie: str
    accent: str
    cookie_key: str = field(repr=False)
    """What the cookie is signed with; several processes of one product share it."""
    platforms_db: Path
    sign_ins_db: Path
    webapi: str = ""
    """Where the API is that our API clients are for; only shown to people."""

    @classmethod
    def read(cls, environ: Mapping[str, str], port: int, name: str, cookie: str, accent: str) -> Self:
        """Return the settings of a process. Raises KeyError for a variable that must be there."""
        return cls(
            issuer=environ["ISSUER"].rstrip("/"),
            client_id=environ["CLIENT_ID"],
            client_secret=environ["CLIENT_SECRET"],
            origin=environ.get("ORIGIN", f"http://127.0.0.1:{port}"),
            name=name,
            cookie=cookie,
            accent=accent,
            # Without one, people come back without a page after a restart: they are still signed in there.
            cookie_key=environ.get("COOKIE_KEY") or secrets.token_urlsafe(32),
            platforms_db=Path(environ["TRADE_PLATFORMS_DB"]),
            sign_ins_db=Path(environ["SIGN_INS_DB"]),
            webapi=environ.get("WEBAPI", ""),
        )
