"""Passwords at rest: argon2id, with its parameters in each hash (RFC 9106, OWASP password storage)."""

import base64
import contextlib
import os
import unicodedata
from contextlib import AbstractContextManager

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error

from authserver.accounts.hashing import HashPool
from authserver.base.errors import Refused

LONGEST = 1024
"""Characters of a password that are hashed; longer ones are refused (ASVS 6.2.9 asks for 64 at least)."""


class Passwords:
    """Hashes and verifies with one set of parameters, in the threads of a pool."""

    def __init__(self, memory_kib: int, passes: int, lanes: int, pool: HashPool) -> None:
        """Take the parameters of argon2id and where to hash."""
        self.pool = pool
        memory_kib = max(memory_kib, 8 * lanes)
        self._hasher = PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=lanes, type=Type.ID
        )
        self._nobodys = _nobodys_hash(f"m={memory_kib},t={passes},p={lanes}")

    def place(self) -> AbstractContextManager[None]:
        """Hold a place for a request that will hash. Raises Busy when there is none."""
        return self.pool.place()

    def hash(self, password: str) -> str:
        """Return the hash of a password, with a salt of its own. Raises Refused for an over-long one."""
        if len(password) > LONGEST:
            raise Refused(f"A password has at most {LONGEST} characters.")
        return self.pool.run(self._hasher.hash, normalised(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Return whether a password belongs to a stored hash.

        Without one (an unknown account) it takes the same time, and the answer is no (ASVS 6.3.8).
        """
        if len(password) > LONGEST:
            return False
        against = self._nobodys if stored is None else stored
        # A stored value that is no hash is a ValueError, of several kinds; it opens nothing.
        with contextlib.suppress(Argon2Error, ValueError):
            return self.pool.run(self._hasher.verify, against, normalised(password)) and stored is not None
        return False

    def needs_rehash(self, stored: str) -> bool:
        """Return whether a hash was made with other parameters than today's."""
        try:
            return self._hasher.check_needs_rehash(stored)
        except ValueError:
            return True


def _nobodys_hash(parameters: str) -> str:
    """Return what unknown accounts are compared with: random bytes in the place of a hash.

    Nothing is hashed for it, so that the first unknown account after a start takes no longer than others.
    """
    salt, output = (base64.b64encode(os.urandom(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19${parameters}${salt}${output}"


def normalised(password: str) -> bytes:
    """Return the bytes of a password that are hashed: NFKC (NIST SP 800-63B section 3.1.1.2) in UTF-8.

    The same password typed on another keyboard gives the same bytes; lone surrogates are kept apart.
    """
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
