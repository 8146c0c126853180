"""The mail server of the settings: where it is, who we are to it, and how the way there is encrypted."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

Encryption = Literal["implicit", "required", "if-offered", "never"]
"""TLS from the first byte (RFC 8314); STARTTLS (RFC 3207) always, when the server has it, or never."""

_ASKED: dict[str, Encryption] = {"required": "required", "if-offered": "if-offered", "never": "never"}

SUBMISSION, SUBMISSIONS, RELAY = 587, 465, 25
"""Ports: submission (RFC 6409), submission over TLS (RFC 8314 section 3.3), relay (RFC 5321)."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """One mail server. Certificates are always verified where there are any."""

    host: str
    port: int
    encryption: Encryption
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def parse(url: str, *, production: bool) -> MailServer:
    """Return the server of `smtp[s]://[user:password@]host[:port][?starttls=required|if-offered|never]`.

    User and password are percent-decoded. Without a word on STARTTLS a server in production must have it,
    unless it is on this machine. Raises ValueError that never shows the URL.
    """
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("the mail server's address names no host")
    username = unquote(parts.username) if parts.username else None
    return MailServer(
        host=parts.hostname,
        port=_port(parts),
        encryption=_encryption(parts, production=production),
        username=username,
        password=unquote(parts.password or "") if username else None,
    )


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        raise ValueError("the mail server's port is not a number below 65536") from None
    if port is not None:
        return port
    if parts.scheme == "smtps":
        return SUBMISSIONS
    return SUBMISSION if parts.username else RELAY


def _encryption(parts: SplitResult, *, production: bool) -> Encryption:
    if parts.scheme == "smtps":
        return "implicit"
    asked = parse_qs(parts.query).get("starttls", [""])[-1]
    if asked in _ASKED:
        return _ASKED[asked]
    if asked:
        raise ValueError("starttls of the mail server must be required, if-offered or never")
    if is_loopback(parts.hostname or ""):
        # Nobody listens on this machine's own wire, and a local relay's certificate is rarely a known one.
        return "never"
    return "required" if production else "if-offered"


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine by its name or address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
