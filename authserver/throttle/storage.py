"""The counters' storage for the `limits` library: our database, within the unit of work of the request."""

import hashlib

from limits.storage import Storage
from sqlalchemy.exc import DBAPIError

from authserver.base.clock import now
from authserver.throttle import store


class DatabaseStorage(Storage):
    """Fixed windows in one table. Writes on failures only, so the happy path pays nothing."""

    STORAGE_SCHEME = ["authserver-database"]  # noqa: RUF012 - the library declares it so

    def __init__(self) -> None:
        """Need no address: the database is the application's."""
        super().__init__(uri=None, wrap_exceptions=False)

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the storage raises when it is away."""
        return DBAPIError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and return the count of the window of `expiry` seconds."""
        return store.increment(_digest(key), amount, now(), expiry)

    def get(self, key: str) -> int:
        """Return the count of the open window."""
        return store.read(_digest(key), now())[0]

    def get_expiry(self, key: str) -> float:
        """Return when the open window ends (Unix seconds)."""
        return store.read(_digest(key), now())[1]

    def check(self) -> bool:
        """Return whether the storage can be read."""
        store.read(b"", 0)
        return True

    def reset(self) -> int | None:
        """Not offered: nobody needs to forget all counters."""
        raise NotImplementedError

    def clear(self, key: str) -> None:
        """Forget one counter."""
        store.forget(_digest(key))


class NoStorage(Storage):
    """Counts nothing: a test configuration lets everybody try without end."""

    STORAGE_SCHEME = ["authserver-nothing"]  # noqa: RUF012 - the library declares it so

    def __init__(self) -> None:
        """Need no address."""
        super().__init__(uri=None, wrap_exceptions=False)

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """Nothing: it is never away."""
        return ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:  # noqa: ARG002 - the library's signature
        """Forget it."""
        return 0

    def get(self, key: str) -> int:  # noqa: ARG002 - the library's signature
        """Return that nothing happened yet."""
        return 0

    def get_expiry(self, key: str) -> float:  # noqa: ARG002 - the library's signature
        """Return that no window is open."""
        return 0

    def check(self) -> bool:
        """Return that it answers."""
        return True

    def reset(self) -> int | None:
        """Forget nothing."""
        return 0

    def clear(self, key: str) -> None:
        """Forget nothing."""


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
