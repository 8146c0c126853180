"""Opening a connection to what an address names: each resolved address is checked before the first byte."""

import re
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

from authserver.base import resolving
from authserver.base.addresses import Address, is_public, lies_in
from authserver.base.deadline import Deadline
from authserver.base.fetch_policy import FetchPolicy

MOST_ATTEMPTS = 4
"""Addresses of one name that are tried."""

SHORTEST = 0.001
"""Seconds of a step whose time is over: zero would mean not to wait for anything."""

# RFC 3986 section 2, without what parsers read differently: backslashes, spaces, control characters.
_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


@dataclass(frozen=True, slots=True)
class Target:
    """What an address names."""

    https: bool
    host: str
    port: int
    authority: str
    path: str


def target_of(url: str, *, plain: bool) -> Target:
    """Return what an https address names, or with `plain` an http one. Raises ValueError."""
    if not _CHARACTERS.fullmatch(url):
        raise ValueError("it holds characters that no URI has")
    parts = urlsplit(url)
    if parts.scheme != "https" and not (plain and parts.scheme == "http"):
        raise ValueError("it is not https")
    if "@" in parts.netloc:
        raise ValueError("it names a user")
    if not parts.hostname:
        raise ValueError("it names no host")
    https = parts.scheme == "https"
    port = (443 if https else 80) if parts.port is None else parts.port
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(https, parts.hostname, port, parts.netloc, path)


def call(
    target: Target,
    policy: FetchPolicy,
    tls: ssl.SSLContext | None,
    deadline: Deadline,
    lookups: resolving.Lookups,
) -> HTTPConnection:
    """Return a connection to a target, with TLS where there is a context for it.

    Raises OSError: TimeoutError, ssl.SSLError and what the system says among them.
    """
    found = lookups.resolve(target.host, target.port, deadline.left)
    _require_allowed(found, policy)
    until = time.monotonic() + min(policy.connect_seconds, deadline.left)
    connected = _connected(found[:MOST_ATTEMPTS], target.port, until)
    try:
        deadline.watch(connected)
        if tls is not None:
            connected.settimeout(max(until - time.monotonic(), SHORTEST))
            # The certificate is that of the name, whatever the address is (RFC 9110 section 4.3.4).
            connected = tls.wrap_socket(connected, server_hostname=target.host.rstrip("."))
        connected.settimeout(deadline.left)
    except BaseException:
        connected.close()
        raise
    connection = HTTPConnection(target.host, target.port)
    # A connection that has its socket looks up nothing: the address that was checked is the one we talk to.
    connection.sock = connected
    # And without one it fails, rather than looking the name up a second time.
    connection.auto_open = 0
    return connection


def _require_allowed(found: Sequence[Address], policy: FetchPolicy) -> None:
    if not found:
        raise OSError("the name has no address")
    if policy.private_addresses:
        return
    for address in found:
        # One is enough to refuse: who answers with a public and a private address means the private one.
        if not is_public(address) and not lies_in(address, policy.own_networks):
            raise OSError(f"{address} is not a public address")


def _connected(found: Sequence[Address], port: int, until: float) -> socket.socket:
    """Return a connection to the first address that takes it; each has its share of the time."""
    failure = OSError("no address was tried")
    for position, address in enumerate(found):
        share = (until - time.monotonic()) / (len(found) - position)
        try:
            return socket.create_connection((str(address), port), max(share, SHORTEST))
        except OSError as error:
            failure = error
    raise failure
