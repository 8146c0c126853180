"""Whom the server may call over HTTP, and how much time and room a call may take."""

from dataclasses import dataclass
from pathlib import Path

from authserver.base.addresses import Network


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """Whom the server may call and how long it waits."""

    ca_bundle: Path | None = None
    """Certificates that are trusted besides the system's."""
    verify_tls: bool = True
    private_addresses: bool = False
    """Any address will do, and http as well: a test configuration."""
    own_networks: tuple[Network, ...] = ()
    """Networks of the operator that may be called though they are private; by https all the same."""
    connect_seconds: float = 3
    total_seconds: float = 5
    most_bytes: int = 64 * 1024
    at_once: int = 8
