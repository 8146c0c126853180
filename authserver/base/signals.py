"""Facts that lower rooms name and higher rooms react to, synchronously and in the same transaction."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Signal(Generic[T]):
    """Something that happened. A listener may veto it by raising Refused: then nothing of it is kept."""

    def __init__(self) -> None:
        """Begin without listeners."""
        self._listeners: list[Callable[[T], None]] = []

    def connect(self, listener: Callable[[T], None]) -> None:
        """Call a function at each event, after those that were connected before; connecting twice is once."""
        if listener not in self._listeners:
            self._listeners.append(listener)

    def send(self, event: T) -> None:
        """Tell all listeners. Raises what a listener raises."""
        for listener in self._listeners:
            listener(event)
