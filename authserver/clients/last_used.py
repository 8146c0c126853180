"""When secrets were last used: collected in memory, written in batches, so that a token costs no write."""


class LastUsed:
    """Times by secret id, of this process; the database keeps the newest of all processes."""

    def __init__(self) -> None:
        """Start with nothing collected."""
        self._used: dict[str, int] = {}

    def note(self, secret_id: str, at: int) -> None:
        """Remember that a secret was used (Unix seconds)."""
        self._used[secret_id] = at

    def take(self) -> dict[str, int]:
        """Return what was collected and begin anew."""
        used, self._used = self._used, {}
        return used.copy()

    def put_back(self, used: dict[str, int]) -> None:
        """Take back what could not be written, for the next time."""
        self._used = used | self._used
