"""What the protocol needs to know of the configuration."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProtocolSettings:
    """The issuer (an origin), and lifetimes in seconds."""

    issuer: str
    document_max_age: int
    """How long verifiers may keep the published documents."""
    access_token_lifetime: int = 3600
    """Of tokens that open userinfo alone; others live as long as their API resource says."""
    refresh_token_lifetime: int = 30 * 86_400
    refresh_token_idle: int = 15 * 86_400
