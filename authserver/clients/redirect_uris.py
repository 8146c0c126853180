"""Addresses that an application registers: which may be, and which request names one of them."""

import re
from urllib.parse import SplitResult, parse_qsl, urlsplit

from authserver.base.errors import Refused

LONGEST = 2000
LOOPBACK_ADDRESSES = ("127.0.0.1", "::1")
LOOPBACK = (*LOOPBACK_ADDRESSES, "localhost")

# RFC 3986 section 2: reserved and unreserved characters and percent-encoding, nothing else.
_CHARACTERS = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()+,;=-]|%[0-9A-Fa-f]{2})+")
_PORT = re.compile(r"^(http://(?:127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?(?=/|\?|$)")

_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")

# RFC 8252 section 7.1: a private-use scheme is a domain name in reverse, so it has a dot.
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+")
_NEVER = ("javascript", "data", "vbscript", "file", "blob", "about")

# What the answer adds to the query must not stand there already (RFC 9700 section 2.1).
_ANSWERS = frozenset(
    {"code", "state", "error", "error_description", "iss", "id_token", "access_token", "response"}
)


def checked_redirect_uri(uri: str, *, public: bool) -> str:
    """Return an address to which answers may be sent, byte for byte. Raises Refused.

    https; http on the loopback interface (RFC 8252 section 7.3); a private-use scheme for public ones.
    """
    parts = _parsed(uri, "redirect")
    if _ANSWERS & {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}:
        raise Refused(f"The query of the redirect URI {uri} holds a parameter that answers use.")
    if parts.scheme in ("https", "http"):
        _require_host(uri, "redirect")
    elif not public or parts.scheme in _NEVER or not _PRIVATE_SCHEME.fullmatch(parts.scheme):
        raise Refused(
            f"The redirect URI {uri} needs https, or http on 127.0.0.1; public applications may use a scheme "
            "such as com.example.app."
        )
    return uri


def checked_web_uri(uri: str, what: str) -> str:
    """Return an address of a page or an endpoint: https, or http on loopback. Raises Refused."""
    parts = _parsed(uri, what)
    if parts.scheme not in ("https", "http"):
        raise Refused(f"The {what} URI {uri} needs https.")
    _require_host(uri, what)
    return uri


def checked_origin(origin: str) -> str:
    """Return an origin from which browsers may call (RFC 6454 section 6.2). Raises Refused."""
    parts = _parsed(origin, "CORS")
    if parts.scheme not in ("https", "http") or origin != f"{parts.scheme}://{parts.netloc}".lower():
        raise Refused(
            f"The origin {origin} is a scheme, a host and perhaps a port, such as https://app.example.com."
        )
    _require_host(origin, "CORS")
    return origin


def matches(requested: str, registered: tuple[str, ...]) -> bool:
    """Return whether a request names a registered address.

    Byte for byte (RFC 9700 section 2.1); of a loopback address any port will do (RFC 8252 section 7.3).
    """
    if requested in registered:
        return True
    if not _PORT.match(requested):
        return False
    without_port = _PORT.sub(r"\1", requested)
    return any(_PORT.match(uri) and _PORT.sub(r"\1", uri) == without_port for uri in registered)


def is_of_device(requested: str, registered: tuple[str, ...]) -> bool:
    """Return whether an address is one that any program of a device could take: a scheme, or a free port.

    A port that is registered as such is that of a developer's own page.
    """
    return requested not in registered or not requested.startswith(("https://", "http://"))


def _parsed(uri: str, what: str) -> SplitResult:
    if not uri or len(uri) > LONGEST or not _CHARACTERS.fullmatch(uri):
        raise Refused(f"The {what} URI holds characters that no URI has, or is longer than {LONGEST}.")
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        raise Refused(f"The {what} URI {uri} can't be read.") from None
    if not parts.scheme or "#" in uri:
        raise Refused(f"The {what} URI {uri} must be absolute and have no fragment.")
    if "@" in parts.netloc or "*" in parts.netloc:
        raise Refused(f"The {what} URI {uri} must name one host, and no user.")
    if {".", ".."} & set(parts.path.split("/")):
        raise Refused(f"The path of the {what} URI {uri} must not go up or stand still.")
    return parts


def _require_host(uri: str, what: str) -> None:
    parts = urlsplit(uri)
    host = parts.hostname
    # RFC 3986 section 3.2.2, without the characters that mean something in headers: a page's policy names it.
    if (
        not host
        or not _HOST.fullmatch(parts.netloc)
        or not uri.startswith(f"{parts.scheme}://{parts.netloc}")
    ):
        raise Refused(f"The {what} URI {uri} names no host.")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise Refused(f"The {what} URI {uri} must be https; http is for the loopback interface alone.")
