"""Mail addresses in the one form in which this server stores, compares and writes to them.

The local part is ASCII and lower-cased, the domain a lower-case A-label; nothing is stripped. It is computed
here and nowhere else, so that every database decides alike (CWE-180, CVE-2026-73420).
"""

import re
import unicodedata

import idna
from flask_babel import gettext as _

from authserver.base.errors import Refused

LONGEST = 254
"""Characters of an address (RFC 5321 section 4.5.3.1.3, less the angle brackets)."""

LONGEST_LOCAL = 64
"""Characters of its local part (RFC 5321 section 4.5.3.1.1)."""

LONGEST_DOMAIN = 253

# RFC 5321 section 4.1.2: Dot-string of atext; quoted local parts are not taken.
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$){_LABEL}")


def canonical(text: str) -> str:
    """Return the canonical form of an address. Raises Refused for what is not one, and nothing else."""
    local, at, domain = text.rpartition("@")
    # Oversized input is refused before anything looks at it closely.
    if not at or len(local) > LONGEST_LOCAL or len(domain) > LONGEST_DOMAIN:
        raise _refusal()
    local = local.lower() if local.isascii() else ""
    # "=?" begins an encoded word, which a header would be read as (RFC 2047 section 2).
    if not _LOCAL.fullmatch(local) or "=?" in local:
        raise _refusal()
    address = f"{local}@{_a_labels(domain)}"
    if len(address) > LONGEST:
        raise _refusal()
    return address


def _a_labels(domain: str) -> str:
    """Return a domain as lower-case A-labels (RFC 5890 section 2.3.2.1)."""
    if not domain.isascii():
        # UTS 46 section 4 would drop soft hyphens and the like silently.
        if any(unicodedata.category(character).startswith("C") for character in domain):
            raise _refusal()
        try:
            domain = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
        except (idna.IDNAError, UnicodeError, ValueError):
            raise _refusal() from None
    domain = domain.lower()
    if len(domain) > LONGEST_DOMAIN or not _DOMAIN.fullmatch(domain):
        raise _refusal()
    if "xn--" in domain:
        _check_a_labels(domain)
    return domain


def _check_a_labels(domain: str) -> None:
    """Refuse an A-label that stands for nothing, or for what has another A-label."""
    try:
        again = idna.encode(idna.decode(domain), uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError, ValueError):
        raise _refusal() from None
    if again != domain:
        raise _refusal()


def _refusal() -> Refused:
    return Refused(_("This is not an email address. Give one such as name@example.com."))
