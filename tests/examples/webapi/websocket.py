"""A WebSocket in the fewest lines (RFC 6455), for what the published clients never do."""

import contextlib
import json
import os
import socket
import struct
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
_TEXT, _CLOSE = 1, 8


class WebSocket:
    """A client that says what tests want, and waits ten seconds for an answer."""

    def __init__(self, port: int, path: str, token: str) -> None:
        """Connect and be accepted."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._stream = self._socket.makefile("rb")
        headers = UPGRADE | {"Host": f"127.0.0.1:{port}", "Authorization": f"Bearer {token}"}
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        status = self._stream.readline()
        assert b" 101 " in status, status
        while self._stream.readline().strip():
            pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        self._socket.close()

    def say(self, text: str) -> None:
        """Send a text frame."""
        self._send(_TEXT, text.encode())

    def call(self, message: Any) -> None:
        """Send a message of SignalR."""
        self.say(json.dumps(message) + "\x1e")

    def shakes_hands(self) -> None:
        """Choose the protocol, and hear that the other side is there."""
        self.call({"protocol": "json", "version": 1})
        assert self.hears() == {}
        assert self.hears()["target"] == "OnConnectionStatus"

    def hears(self) -> Any:
        """Return the next message that is no ping."""
        return next(self.messages())

    def messages(self) -> Iterator[Any]:
        """Yield messages until the other side closes."""
        with contextlib.suppress(ConnectionError):
            while frame := self._frame():
                for record in frame.decode().split("\x1e")[:-1]:
                    if (message := json.loads(record)) != {"type": 6}:
                        yield message

    def _send(self, kind: int, payload: bytes) -> None:
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else struct.pack("!BQ", 0x80 | 127, size)
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        self._socket.sendall(bytes([0x80 | kind]) + length + mask + masked)

    def _frame(self) -> bytes | None:
        head = self._stream.read(2)
        if len(head) < 2 or head[0] & 15 == _CLOSE:
            return None
        size = head[1]
        if size >= 126:
            size = int.from_bytes(self._stream.read(2 if size == 126 else 8))
        return self._stream.read(size)
