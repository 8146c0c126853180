"""Where a relying party on this machine hears of ended sessions."""

import contextlib
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Heard:
    """One request."""

    method: str
    content_type: str
    fields: list[tuple[str, str]]


@dataclass(frozen=True)
class Receiver:
    """Answers 200, and keeps what it was told."""

    address: str
    _heard: "queue.Queue[Heard]" = field(repr=False)

    def next(self, within: float = 10) -> Heard:
        """Return the next request. Raises queue.Empty when none comes within so many seconds."""
        return self._heard.get(timeout=within)

    @property
    def heard_nothing_more(self) -> bool:
        """Whether all that came was read."""
        return self._heard.empty()


@contextlib.contextmanager
def receiver() -> Iterator[Receiver]:
    """Listen on a free port of the loopback address."""
    heard: queue.Queue[Heard] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
            heard.put(Heard(str(self.command), self.headers.get("Content-Type", ""), fields))
            self.send_response(200)
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield Receiver(f"http://127.0.0.1:{listener.server_port}/backchannel", heard)
        finally:
            listener.shutdown()
            thread.join(10)
