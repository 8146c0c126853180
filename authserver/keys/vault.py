"""Sealing private keys with a key that is kept outside the database (AES-256-GCM)."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from authserver.base.subkeys import derive

_NONCE = 12


class VaultError(Exception):
    """What is sealed can't be opened with the master keys at hand, or was altered."""


class Vault:
    """Seals with the master key; opens what it or the previous master key sealed."""

    def __init__(self, master_key: str, previous_master_key: str | None = None) -> None:
        """Take the keys as configured; each use derives a subkey of its own."""
        keys = [master_key] + ([previous_master_key] if previous_master_key else [])
        self._ciphers = [AESGCM(derive(key, "key vault")) for key in keys]

    def seal(self, secret: bytes, context: str) -> bytes:
        """Return the secret encrypted and bound to a context (a key's id), so that rows can't be swapped."""
        nonce = os.urandom(_NONCE)
        return nonce + self._ciphers[0].encrypt(nonce, secret, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return the secret. Raises VaultError when no key at hand opens it in this context."""
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())
            except (InvalidTag, ValueError):
                # ValueError: too short to hold a nonce.
                continue
        raise VaultError(
            f"The private key {context} can't be opened: AUTHSERVER_MASTER_KEY is not the one that sealed it."
        )
