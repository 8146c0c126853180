"""One master key, many uses: a subkey for each purpose, by HKDF, so that no two uses share a key."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SUBKEY_BYTES = 32


def derive(master_key: str, purpose: str) -> bytes:
    """Return the 256-bit subkey of a master key for one purpose (RFC 5869), the same each time."""
    hkdf = HKDF(algorithm=SHA256(), length=SUBKEY_BYTES, salt=None, info=f"authserver/{purpose}".encode())
    return hkdf.derive(master_key.encode())
