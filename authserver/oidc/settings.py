"""What the protocol needs to know of the configuration."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProtocolSettings:
    """The issuer (an origin) and how long verifiers may keep the published documents (seconds)."""

    issuer: str
    document_max_age: int
