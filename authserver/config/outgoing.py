"""Whom the server calls and trusts, and the switches that only a test configuration may turn."""

import ssl
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from authserver.base.addresses import Network
from authserver.base.fetch_policy import FetchPolicy

LARGEST_NETWORK = 7
"""Bits of the largest private network there is, fc00::/7 (RFC 4193); what is larger is the internet."""


class OutgoingSettings(BaseModel):
    """Calls to addresses that applications name, and how strict a server is with its callers."""

    outgoing_ca_bundle: Path | None = Field(
        None, description="PEM file of authorities that are trusted besides the system's, for outgoing calls"
    )
    outgoing_networks: str = Field(
        "", description="private networks that may be called by https, separated by commas: 10.1.0.0/16"
    )
    outgoing_tls_verify: bool = Field(
        default=True, description="whether certificates are verified in outgoing calls; off for tests only"
    )
    outgoing_private_addresses: bool = Field(
        default=False, description="whether any address may be called, by http as well; for tests only"
    )
    limits: bool = Field(
        default=True, description="whether failures, guesses and letters are counted; off for tests only"
    )
    session_same_site: Literal["lax", "none"] = Field(
        "lax", description="SameSite of session cookies; none is for pages in frames of other sites"
    )

    @property
    def fetch_policy(self) -> FetchPolicy:
        """Whom the server may call."""
        return FetchPolicy(
            ca_bundle=self.outgoing_ca_bundle,
            verify_tls=self.outgoing_tls_verify,
            private_addresses=self.outgoing_private_addresses,
            own_networks=_networks(self.outgoing_networks),
        )

    @field_validator("outgoing_ca_bundle")
    @classmethod
    def _holds_certificates(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(value)
        except FileNotFoundError:
            raise ValueError("there is no such file") from None
        except OSError:
            raise ValueError("must be a readable file of certificates in PEM") from None
        return value

    @field_validator("outgoing_networks")
    @classmethod
    def _are_private_networks(cls, value: str) -> str:
        try:
            networks = _networks(value)
        except ValueError:
            raise ValueError("must be networks such as 10.1.0.0/16, separated by commas") from None
        if any(network.prefixlen < LARGEST_NETWORK for network in networks):
            raise ValueError("must be networks of yours, not the internet")
        return value

    @field_validator("outgoing_tls_verify", "limits")
    @classmethod
    def _stays_on_in_production(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic calls it so
        if not value and info.data.get("mode") == "production":
            raise ValueError("must be on in production")
        return value

    @field_validator("outgoing_private_addresses")
    @classmethod
    def _stays_off_in_production(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic calls it so
        if value and info.data.get("mode") == "production":
            raise ValueError(
                "must be off in production; AUTHSERVER_OUTGOING_NETWORKS names your own networks"
            )
        return value

    @field_validator("session_same_site")
    @classmethod
    def _browsers_would_take_it(cls, value: str, info: ValidationInfo) -> str:
        # RFC 6265bis section 5.7: a cookie with SameSite=None that is not Secure is dropped.
        if value == "none" and not str(info.data.get("issuer", "https://")).startswith("https://"):
            raise ValueError("can be none with an https issuer only")
        return value


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
