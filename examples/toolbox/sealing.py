"""Tokens at rest: sealed, so that a copy of the database alone opens nothing."""

import base64
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
"""Bytes, as NIST SP 800-38D section 8.2 recommends for GCM."""


class Seal:
    """AES-256-GCM under a key that is made of the product's secret; another key than the cookie's."""

    def __init__(self, secret: str) -> None:
        self._cipher = AESGCM(hmac.digest(secret.encode(), b"tokens of sign-ins", "sha256"))

    def close(self, text: str, row: str) -> str:
        """Return a text sealed for one row; in another one it does not open."""
        nonce = secrets.token_bytes(NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), row.encode())).decode()

    def open(self, sealed: str, row: str) -> str | None:
        """Return the text, None for what was not sealed by this key for this row."""
        try:
            packed = base64.b64decode(sealed, validate=True)
            return self._cipher.decrypt(packed[:NONCE], packed[NONCE:], row.encode()).decode()
        except (InvalidTag, ValueError):
            return None
