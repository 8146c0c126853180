"""What Toolbox is told from outside: one frozen value, read once."""

import contextlib
import os
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
    """What the cookie is signed with; processes of one product share it, and two products never do."""
    platforms_db: Path
    sign_ins_db: Path
    webapi: str = ""
    """Where the API is that our API clients are for; only shown to people."""

    @classmethod
    def read(cls, environ: Mapping[str, str], port: int, name: str, cookie: str, accent: str) -> Self:
        """Return the settings of a process. Raises KeyError for a variable that must be there."""
        sign_ins = Path(environ["SIGN_INS_DB"])
        return cls(
            issuer=environ["ISSUER"].rstrip("/"),
            client_id=environ["CLIENT_ID"],
            client_secret=environ["CLIENT_SECRET"],
            origin=environ.get("ORIGIN", f"http://127.0.0.1:{port}"),
            name=name,
            cookie=cookie,
            accent=accent,
            cookie_key=environ.get("COOKIE_KEY") or own_key(sign_ins.with_suffix(".key")),
            platforms_db=Path(environ["TRADE_PLATFORMS_DB"]),
            sign_ins_db=sign_ins,
            webapi=environ.get("WEBAPI", ""),
        )


def own_key(file: Path) -> str:
    """Return the key in a file that only its owner reads; made the first time, the same after a restart."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        new = file.with_name(f"{file.name}.{os.getpid()}")
        new.touch(mode=0o600)
        new.write_text(secrets.token_urlsafe(32))
        # Whole or not at all: another process that starts now reads it, or makes way for this one.
        with contextlib.suppress(FileExistsError):
            os.link(new, file)
        new.unlink()
    return file.read_text()
