"""Random values that others hold: identifiers that are hard to guess, and opaque handles of 256 bits."""

import base64
import hashlib
import os
import threading
import uuid

HANDLE_BYTES = 32
_POOL_BYTES = 4096


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


class _Pool:
    """Random bytes of the system, fetched by the page: one call for 128 identifiers.

    For identifiers that are public anyway (token ids, request ids); secrets come from the system one by one.
    """

    def __init__(self) -> None:
        self.empty()

    def empty(self) -> None:
        # A fork may copy the lock while another thread holds it.
        self._lock = threading.Lock()
        self._bytes, self._next = b"", 0

    def take(self, size: int) -> bytes:
        with self._lock:
            begin, end = self._next, self._next + size
            if end > len(self._bytes):
                self._bytes, begin, end = os.urandom(_POOL_BYTES), 0, size
            self._next = end
            return self._bytes[begin:end]


_pool = _Pool()
# A forked worker must not repeat the identifiers of its parent.
os.register_at_fork(after_in_child=_pool.empty)


def new_public_id() -> str:
    """Return 256 random bits as base64url, for an identifier that is no secret, such as a token's `jti`."""
    return base64.urlsafe_b64encode(_pool.take(HANDLE_BYTES))[:-1].decode("ascii")


def new_request_id() -> str:
    """Return 128 random bits in hexadecimal."""
    return _pool.take(16).hex()
