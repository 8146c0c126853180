"""Serves the application with uvicorn, within bounds that nobody who may call can move."""

import asyncio
import logging

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from wsproto.events import Ping

LONGEST_MESSAGE = 64 * 1024
"""Bytes of a WebSocket message, in however many frames; refused while it arrives, not when it is whole."""
LONGEST_HEAD = 64 * 1024
"""Bytes of a request's first lines: hubs take tokens in the address."""
LONGEST_READ = 16 * 1024
"""Bytes that are taken from one connection before it is another's turn."""
REQUEST_TIME = 30
"""Seconds for a request and its answer, so also for whoever has shown no token yet."""
LINGER = 12
"""Seconds until a connection that is over is cut, whether or not its other end has read everything."""
MOST_CONNECTIONS = 1000
"""Connections of all kinds; more are told to come back later."""


log = logging.getLogger(__name__)


class Requests(H11Protocol):
    """Requests of one connection; uvicorn itself waits for the end of one for ever."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a request."""
        super().connection_made(transport)
        # asyncio's transports read as much as this says: 256 KiB, which may be thousands of messages.
        transport.max_size = LONGEST_READ  # type: ignore[attr-defined]
        self._expect()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Leave the connection to a WebSocket, or cut it where its headers can't be read."""
        try:
            super().handle_websocket_upgrade(event)
        except Exception as error:  # noqa: BLE001 - wsproto decodes what strangers send
            log.warning("a WebSocket can't begin: %s", type(error).__name__)
            # What had begun would be counted for ever.
            self.connections -= {each for each in self.connections if each.transport is self.transport}
            self.transport.abort()

    def on_response_complete(self) -> None:
        """Expect the next."""
        super().on_response_complete()
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing."""
        super().connection_lost(exc)
        self._forget()

    def _expect(self) -> None:
        self._forget()
        self._deadline = self.loop.call_later(REQUEST_TIME, self._give_up)

    def _forget(self) -> None:
        if self._deadline:
            self._deadline.cancel()

    def _give_up(self) -> None:
        # A WebSocket goes on with a protocol of its own.
        if self.transport.get_protocol() is self:
            self.transport.abort()


class Sockets(WSProtocol):
    """One WebSocket."""

    def handle_ping(self, event: Ping) -> None:
        """Answer, unless the answers before are not read: they would heap up."""
        if self.writable.is_set():
            super().handle_ping(event)

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Cut it soon: asyncio keeps what was written until it is read, and some read nothing."""
        super().on_task_complete(task)
        self.loop.call_later(LINGER, self.transport.abort)


def serve(factory: str, port: int) -> None:
    """Serve what a factory (module:name) makes on the loopback address, until interrupted."""
    uvicorn.run(
        factory,
        factory=True,
        port=port,
        http=Requests,
        ws=Sockets,
        ws_max_size=LONGEST_MESSAGE,
        # Hubs have pings of their own, and a compressed message may be a thousand times as long.
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=5,
        proxy_headers=False,
        server_header=False,
        # Addresses of hubs hold tokens, and below a warning uvicorn writes addresses.
        access_log=False,
        log_level="warning",
        log_config=None,
    )
