"""Random values that others hold: identifiers that are hard to guess, and opaque handles of 256 bits."""

import base64
import hashlib
import os
import uuid

HANDLE_BYTES = 32


def new_handle() -> str:
    """Return 256 random bits as 43 characters of base64url."""
    return base64.urlsafe_b64encode(os.urandom(HANDLE_BYTES))[:-1].decode("ascii")


def new_id() -> str:
    """Return a random UUID in its canonical lower-case form (RFC 9562 section 5.4)."""
    return str(uuid.uuid4())


def digest(handle: str) -> bytes:
    """Return the SHA-256 of a generated handle.

    32 bytes, safe at rest because the handle has 256 random bits.
    """
    return hashlib.sha256(handle.encode()).digest()


def new_request_id() -> str:
    """Return 128 random bits in hexadecimal."""
    return os.urandom(16).hex()
