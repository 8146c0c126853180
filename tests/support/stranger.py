"""A server on a loopback address that answers HTTP byte for byte as a test says, well or badly."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Behaviour = Callable[[socket.socket, threading.Event], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"


@dataclass
class Stranger:
    """What a test sees of the server: where it is, and what it was sent."""

    host: str
    port: int
    requests: list[bytes] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def authority(self) -> str:
        """Host and port, as they stand in an address."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@contextlib.contextmanager
def stranger(
    answer: bytes | Behaviour = OK, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[Stranger]:
    """Run a server that gives every connection the same answer."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        seen = Stranger(host, listener.getsockname()[1])
        if tls is not None:
            tls.sni_callback = lambda _socket, name, _context: seen.server_names.append(name)
        threads: list[threading.Thread] = []

        def serve() -> None:
            while True:
                try:
                    connected, _ = listener.accept()
                except OSError:
                    return
                threads.append(threading.Thread(target=_talk, args=(connected, answer, tls, seen)))
                threads[-1].start()

        accepting = threading.Thread(target=serve)
        accepting.start()
        try:
            yield seen
        finally:
            seen.closing.set()
            # Closing alone does not wake whoever accepts.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            accepting.join()
            for thread in threads:
                thread.join()


def _talk(
    connected: socket.socket, answer: bytes | Behaviour, tls: ssl.SSLContext | None, seen: Stranger
) -> None:
    with contextlib.suppress(OSError), contextlib.closing(connected):
        # Nobody waits for a client that went away.
        connected.settimeout(10)
        talking = tls.wrap_socket(connected, server_side=True) if tls else connected
        with talking:
            seen.requests.append(_request(talking))
            if callable(answer):
                answer(talking, seen.closing)
            else:
                talking.sendall(answer)


def _request(talking: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read:
        piece = talking.recv(65_536)
        if not piece:
            return read
        read += piece
    head, _, body = read.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < length:
        body += talking.recv(65_536)
    return head + b"\r\n\r\n" + body


def dripping(head: bytes) -> Behaviour:
    """Return a behaviour: these bytes, then one more now and then without end."""

    def drip(talking: socket.socket, closing: threading.Event) -> None:
        talking.sendall(head)
        while not closing.wait(0.05):
            talking.sendall(b"x")

    return drip


def flooding(head: bytes) -> Behaviour:
    """Return a behaviour: these bytes, then more than anybody wants, without end."""

    def flood(talking: socket.socket, closing: threading.Event) -> None:
        talking.sendall(head)
        while not closing.is_set():
            talking.sendall(b"x" * 65_536)

    return flood
