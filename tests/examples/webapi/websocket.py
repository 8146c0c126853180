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
_PING = {"type": 6}
_CONTINUATION, _TEXT, _CLOSE, _PING_FRAME = 0, 1, 8, 9
_LAST = _MASKED = 0x80
_TWO_BYTES, _EIGHT_BYTES = 126, 127


class WebSocket:
    """A client that says what tests want, and waits ten seconds for an answer."""

    def __init__(self, port: int, path: str, token: str, *, room: int = 0) -> None:
        """Connect and be accepted, with room for so many bytes that are not read, if any are named."""
        self.close_code = 0
        self._socket = socket.socket()
        self._socket.settimeout(10)
        if room:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self._socket.connect(("127.0.0.1", port))
        self._stream = self._socket.makefile("rb")
        headers = UPGRADE | {"Host": f"127.0.0.1:{port}"}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
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
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._stream.close()
        self._socket.close()

    def say(self, text: str, *, times: int = 1) -> None:
        """Send a text frame, once or again and again."""
        for _ in range(times):
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
        return (record for record in self.records() if record != _PING)

    def records(self) -> Iterator[Any]:
        """Yield messages and pings."""
        with contextlib.suppress(ConnectionError):
            while frame := self._frame():
                yield from map(json.loads, frame.decode().split("\x1e")[:-1])

    def say_part(self, text: str, *, first: bool = False) -> None:
        """Send a frame of a text message that goes on."""
        self._send(_TEXT if first else _CONTINUATION, text.encode(), last=False)

    def ping(self, payload: bytes, *, times: int) -> None:
        """Send many pings without reading what is answered."""
        frame = bytes([_LAST | _PING_FRAME]) + _length(len(payload)) + bytes(4) + payload
        for _ in range(times):
            self._socket.sendall(frame)

    def says_goodbye(self) -> Iterator[bytes]:
        """Close, and yield what was still on its way."""
        self._send(_CLOSE, b"")
        return iter(self._frame, None)

    def announce(self, size: int, payload: bytes) -> None:
        """Begin a frame of so many bytes, and send these of them."""
        self._socket.sendall(bytes([_LAST | _TEXT]) + _length(size) + bytes(4) + payload)

    def _send(self, kind: int, payload: bytes, *, last: bool = True) -> None:
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        first = bytes([_LAST * last | kind])
        self._socket.sendall(first + _length(len(payload)) + mask + masked)

    def _frame(self) -> bytes | None:
        head = self._stream.read(2)
        if len(head) < 2:
            return None
        size = head[1]
        if size >= 126:
            size = int.from_bytes(self._stream.read(2 if size == 126 else 8))
        payload = self._stream.read(size)
        if head[0] & 15 == _CLOSE:
            self.close_code = int.from_bytes(payload[:2])
            return None
        return payload


def _length(size: int) -> bytes:
    # RFC 6455 section 5.2: in the fewest bytes; all that a client says is masked.
    if size < _TWO_BYTES:
        return bytes([_MASKED | size])
    if size < 1 << 16:
        return struct.pack("!BH", _MASKED | _TWO_BYTES, size)
    return struct.pack("!BQ", _MASKED | _EIGHT_BYTES, size)


def ended(client: socket.socket) -> bool:
    """Wait for the other side to hang up, politely or not."""
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True
