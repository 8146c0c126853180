"""Which addresses of the network may be called: those of the public internet, and the operator's own."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# RFC 4291 section 2.4: what is assigned of IPv6 for the public lies here; new special blocks come elsewhere.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# RFC 6052 section 2.1 and RFC 3056 section 2: a translator or relay takes the IPv4 address out and calls it.
_NAT64 = IPv6Network("64:ff9b::/96")
_6TO4 = IPv6Network("2002::/16")

# The registries' special blocks (RFC 6890) that not every version of the standard library knows as such:
# protocol assignments, with Teredo among them; 6to4 relays (RFC 7526); documentation (RFC 9637).
_SPECIAL = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20")))


def parse(text: str) -> Address:
    """Return an address as a resolver writes it. Raises ValueError.

    One that wraps an IPv4 address for sockets of both versions is that address (RFC 4291 section 2.5.5.2).
    """
    address = ip_address(text)
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def is_public(address: Address) -> bool:
    """Return whether an address belongs to the public internet, and what it may lead on to as well."""
    return all(map(_is_public, _ways(address)))


def lies_in(address: Address, networks: Sequence[Network]) -> bool:
    """Return whether an address belongs to one of some networks."""
    return any(address in network for network in networks)


def _ways(address: Address) -> Iterator[Address]:
    """Yield what is reached by an address: itself, or the IPv4 address that a translator finds in it."""
    if isinstance(address, IPv6Address) and address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
        return
    yield address
    if isinstance(address, IPv6Address) and address in _6TO4:
        yield IPv4Address(int(address) >> 80 & 0xFFFF_FFFF)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    special = address.is_multicast or address.is_reserved or lies_in(address, _SPECIAL)
    return address.is_global and not special
