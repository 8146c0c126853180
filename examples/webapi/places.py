"""How many hub connections may be open: for each caller, for each organization, and altogether."""

import contextlib
from collections import Counter
from collections.abc import Iterator

from starlette.exceptions import HTTPException

from .guard import Caller

MOST_OF_ONE = 20
"""Open connections of one caller: a client, or a person in an application."""
MOST_OF_ORGANIZATION = 100
"""Open connections of all callers for one organization: it may have very many API clients."""
MOST = 500
"""Open connections of a process; the rest of what it can take is left to requests."""

_LATER = {"Retry-After": "5"}


class Places:
    """Counts the open connections of one process. Belongs to one event loop."""

    def __init__(self) -> None:
        self._taken: Counter[tuple[str, str]] = Counter()
        self._of: Counter[str] = Counter()

    @property
    def callers(self) -> int:
        """How many have one or more."""
        return len(self._taken)

    @property
    def organizations(self) -> int:
        """How many have one or more."""
        return len(self._of)

    def offer(self, caller: Caller) -> None:
        """Return when there is a place; those that are taken stay with whoever came first.

        Raises:
            HTTPException: 429, the caller or its organization has enough of them; 503, all are taken.
        """
        of_one, of_organization = self._taken[caller.identity], self._of[caller.organization]
        if of_one >= MOST_OF_ONE or of_organization >= MOST_OF_ORGANIZATION:
            raise HTTPException(429, "Too many connections are open.", _LATER)
        if self._taken.total() >= MOST:
            raise HTTPException(503, "Too many connections are open.", _LATER)

    @contextlib.contextmanager
    def one(self, caller: Caller) -> Iterator[None]:
        """Take a place until the block ends. Raises as `offer` does."""
        self.offer(caller)
        self._taken[caller.identity] += 1
        self._of[caller.organization] += 1
        try:
            yield
        finally:
            self._taken[caller.identity] -= 1
            self._of[caller.organization] -= 1
            # Callers are many; those that are gone leave nothing behind.
            self._taken, self._of = +self._taken, +self._of
