"""Asking for the addresses of a name without waiting for ever: the system's resolver knows no timeout."""

import contextlib
import queue
import socket
import threading

from authserver.base import addresses
from authserver.base.addresses import Address

LOOKUPS_AT_ONCE = 32
"""Lookups under way at most, those included that nobody waits for any more: each holds a thread."""

Answer = list[Address] | OSError


class Lookups:
    """Lookups of one purpose: as many at once as there are places."""

    def __init__(self) -> None:
        """Start with all places free."""
        self._slots = threading.BoundedSemaphore(LOOKUPS_AT_ONCE)

    def resolve(self, host: str, port: int, seconds: float) -> list[Address]:
        """Return every address of a name, each once. Raises OSError, TimeoutError among them."""
        if not self._slots.acquire(blocking=False):
            raise OSError("too many lookups of names are under way")
        answer: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        # A daemon: one that hangs must not keep the process from ending.
        looking = threading.Thread(
            target=self._look_up, args=(host, port, answer), name="lookup", daemon=True
        )
        try:
            looking.start()
        except RuntimeError as error:
            self._slots.release()
            raise OSError("no thread for the lookup of a name") from error
        try:
            found = answer.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError("the name was not resolved in time") from None
        if isinstance(found, OSError):
            raise found
        return found

    def _look_up(self, host: str, port: int, answer: "queue.SimpleQueue[Answer]") -> None:
        try:
            answer.put(_addresses(host, port))
        finally:
            self._slots.release()


def _addresses(host: str, port: int) -> Answer:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return error
    except ValueError as error:
        # Labels that are empty or too long, and ports that don't exist, are no lookup at all.
        return OSError(f"no name of a host: {error}")
    named: dict[Address, None] = {}
    for *_, place in found:
        with contextlib.suppress(ValueError):
            named[addresses.parse(str(place[0]))] = None
    return list(named)
