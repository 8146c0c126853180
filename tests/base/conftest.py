"""A resolver that answers as a test says, and fetchers for servers on this machine."""

import socket
from collections.abc import Callable

import pytest

Names = Callable[..., None]

_real = socket.getaddrinfo


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Let names of hosts have the addresses that are given; others, addresses too, stay as they are."""
    known: dict[str, tuple[str, ...]] = {}

    def look_up(host: str, port: int, *more: int, **options: int) -> list[object]:
        if host not in known:
            return list(_real(host, port, *more, **options))
        return [entry for address in known[host] for entry in _real(address, port, *more, **options)]

    def put(host: str, *addresses: str) -> None:
        known[host] = addresses

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return put
