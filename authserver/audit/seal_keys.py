"""The keys of seals: made with the present master key, checked with any at hand."""

import hmac
from collections.abc import Iterable

from authserver.base.subkeys import derive
from authserver.config import Settings

_PURPOSE = "audit seal"
_NAME_BYTES = 8


class SealKeys:
    """Subkeys of the master key and of those before it, each with a name that tells nothing of it."""

    def __init__(self, master_keys: Iterable[str]) -> None:
        """Take the master keys, the present one first."""
        keys = [derive(master_key, _PURPOSE) for master_key in master_keys]
        self._by_name = {_name(key): key for key in keys}
        self.present = _name(keys[0])

    @classmethod
    def of(cls, settings: Settings, older: Iterable[str] = ()) -> "SealKeys":
        """Return the keys of a configuration, and of master keys that are older still."""
        configured = [key for key in (settings.master_key, settings.previous_master_key) if key]
        return cls([*(key.get_secret_value() for key in configured), *older])

    def mac(self, message: bytes) -> bytes:
        """Return the HMAC-SHA-256 (RFC 2104) of a message under the present key."""
        return _mac(self._by_name[self.present], message)

    def vouches(self, name: str, message: bytes, mac: bytes) -> bool | None:
        """Return whether a key of that name made this HMAC; None when it is not at hand."""
        key = self._by_name.get(name)
        return None if key is None else hmac.compare_digest(_mac(key, message), mac)


def _name(key: bytes) -> str:
    return _mac(key, b"name")[:_NAME_BYTES].hex()


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")
