"""Client secrets: a prefix that scanners of leaked secrets can find, 256 random bits, and a checksum.

The form is `asec_` + 43 characters (the bits) + 6 characters (CRC-32 of all before), both base 62, so that a
double click selects the whole and a scanner can tell a real secret from a look-alike offline.
"""

import hashlib
import hmac
import secrets
import zlib

from authserver.clients.api_client import StoredSecret

PREFIX = "asec_"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_CHARACTERS = 43
_CHECKSUM_CHARACTERS = 6


def new_secret() -> str:
    """Return a secret of 256 bits from the system's generator."""
    body = PREFIX + _base62(secrets.randbits(256), _RANDOM_CHARACTERS)
    return body + _checksum(body)


def is_well_formed(secret: str) -> bool:
    """Return whether a text has the form of our secrets, checksum included.

    Says nothing of whether one exists.
    """
    body, checksum = secret[:-_CHECKSUM_CHARACTERS], secret[-_CHECKSUM_CHARACTERS:]
    return (
        body.startswith(PREFIX)
        and len(body) == len(PREFIX) + _RANDOM_CHARACTERS
        and checksum == _checksum(body)
    )


def digest(secret: str) -> bytes:
    """Return the SHA-256 of a secret. 256 random bits keep it safe at rest (ASVS 6.5.2, 11.4.1)."""
    return hashlib.sha256(secret.encode()).digest()


def matching(secret: str, stored: tuple[StoredSecret, ...], now: int) -> StoredSecret | None:
    """Return the unexpired secret that a presented one equals, compared in constant time."""
    presented = digest(secret)
    found = None
    for candidate in stored:
        # Every candidate is compared, so that the time does not tell which one matched.
        if hmac.compare_digest(presented, candidate.digest) and not _expired(candidate, now):
            found = candidate
    return found


def _expired(secret: StoredSecret, now: int) -> bool:
    return secret.expires_at is not None and secret.expires_at <= now


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), _CHECKSUM_CHARACTERS)


def _base62(number: int, width: int) -> str:
    characters = []
    for _ in range(width):
        number, digit = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[digit])
    return "".join(reversed(characters))
