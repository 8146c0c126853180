"""Refresh tokens: which grant, and 256 bits; each one's successor follows from it and a key of the server.

So that the same predecessor always gives the same successor, and none of them is kept in clear. A token from
long ago is told from a made-up one in the same way: its successors lead to the present one.
"""

import base64
import hashlib
import hmac
import re
from typing import NamedTuple

from authserver.base.handles import digest, new_handle

_FORM = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})")

LONGEST_CHAIN = 1000
"""Generations that are followed: one an hour for a month, in some 4 milliseconds."""


class RefreshToken(NamedTuple):
    """A refresh token, taken apart."""

    grant_id: str
    secret: str

    def __str__(self) -> str:
        """Return what the client holds."""
        return f"{self.grant_id}.{self.secret}"

    @property
    def digest(self) -> bytes:
        """What is kept of it."""
        return digest(self.secret)

    def successor(self, key: bytes) -> "RefreshToken":
        """Return the token that takes its place."""
        derived = hmac.new(key, self.secret.encode(), hashlib.sha256).digest()
        return self._replace(secret=base64.urlsafe_b64encode(derived)[:-1].decode())

    def leads_to(self, present: bytes | None, generations: int, key: bytes) -> bool:
        """Return whether one of its successors, as many as there were at most, has a digest."""
        token = self
        for _ in range(min(generations, LONGEST_CHAIN)):
            token = token.successor(key)
            if hmac.compare_digest(token.digest, present or b""):
                return True
        return False


def first(grant_id: str) -> RefreshToken:
    """Return the first token of a grant."""
    return RefreshToken(grant_id, new_handle())


def parse(text: str) -> RefreshToken | None:
    """Return a token that has the form of one, None for everything else."""
    match = _FORM.fullmatch(text)
    return RefreshToken(match[1], match[2]) if match else None
