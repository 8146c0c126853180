"""Cursors of lists: where a page ended, sealed, so that nobody makes one up or takes it to another list."""

import base64
import binascii
import hmac

from authserver.management.problems import Problem

SEAL_BYTES = 16


class Cursors:
    """Makes and opens cursors with one key, the same on every instance."""

    def __init__(self, key: bytes) -> None:
        """Take the key."""
        self._key = key

    def seal(self, place: str, after: str) -> str:
        """Return the cursor of a list (its path) behind an item."""
        plain = after.encode()
        return base64.urlsafe_b64encode(self._seal_of(place, plain) + plain).rstrip(b"=").decode()

    def open(self, place: str, cursor: str | None) -> str:
        """Return what a page of a list begins behind, an empty text for the first. Raises Problem."""
        if cursor is None:
            return ""
        try:
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise _forged() from None
        seal, plain = sealed[:SEAL_BYTES], sealed[SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal_of(place, plain)):
            raise _forged()
        return plain.decode()

    def _seal_of(self, place: str, plain: bytes) -> bytes:
        # The length keeps one part from running into the next.
        return hmac.digest(self._key, f"{len(place)}:{place}".encode() + plain, "sha256")[:SEAL_BYTES]


def _forged() -> Problem:
    return Problem(400, "The cursor is not one of this list; begin anew without one.")
