"""When and from where secrets were last used: collected in memory, so that a token costs no write."""

from typing import NamedTuple


class Use(NamedTuple):
    """A time (Unix seconds) and an address, empty where it is not known."""

    at: int
    source: str = ""


class LastUsed:
    """Uses by secret id, of this process; the database keeps the newest of all processes."""

    def __init__(self) -> None:
        """Start with nothing collected."""
        self._used: dict[str, Use] = {}

    def note(self, secret_id: str, at: int, source: str = "") -> None:
        """Remember that a secret was used (Unix seconds), and from which address."""
        self._used[secret_id] = Use(at, source)

    def take(self) -> dict[str, Use]:
        """Return what was collected and begin anew."""
        used, self._used = self._used, {}
        return used.copy()

    def put_back(self, used: dict[str, Use]) -> None:
        """Take back what could not be written, for the next time."""
        self._used = used | self._used
