"""Where a request comes from: the caller's address behind trusted proxies, and the network it belongs to."""

import ipaddress
from typing import Any


def source_of(environ: dict[str, Any], trusted_hops: int) -> str:
    """Return the caller's address: the peer's, or what the outermost trusted proxy says of it.

    A forwarding header that is missing, too short or unreadable is not believed: the peer's address stands.
    """
    peer = str(environ.get("REMOTE_ADDR", ""))
    if not trusted_hops:
        return peer
    # Each proxy appends who called it; entries to the left of the trusted ones may be forged.
    hops = str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    claimed = hops[-trusted_hops].strip() if len(hops) >= trusted_hops else ""
    try:
        return str(ipaddress.ip_address(claimed))
    except ValueError:
        return peer


def network_of(source: str) -> str:
    """Return what one caller surely holds: an IPv4 address, or the /64 network that an IPv6 line is given."""
    return _network(source, ipv4=32, ipv6=64)


def site_of(source: str) -> str:
    """Return what one customer of a provider may hold: an IPv4 /24 or an IPv6 /48 network."""
    return _network(source, ipv4=24, ipv6=48)


def _network(source: str, *, ipv4: int, ipv6: int) -> str:
    try:
        address = ipaddress.ip_address(source.partition("%")[0])
    except ValueError:
        return source
    # On a socket for both versions a caller by IPv4 looks like ::ffff:192.0.2.1 (RFC 4291 section 2.5.5.2).
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    bits = ipv4 if isinstance(address, ipaddress.IPv4Address) else ipv6
    network = ipaddress.ip_network((address, bits), strict=False)
    return str(address) if bits == address.max_prefixlen else str(network)
