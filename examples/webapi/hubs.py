"""The hubs: what clients may call on them, by the names that the published clients use."""

from collections.abc import AsyncIterator

import anyio

from . import quotes
from .connection import Connection
from .signalr import Hub, HubError

MOST_NUMBERS = 1000


class TestHub(Hub):
    """Shows that calls and streams arrive."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.methods = {"Echo": self.echo}
        self.streams = {"Count": self.count}

    async def connected(self) -> None:
        """Greet the client."""
        await self._connection.send("OnConnectionStatus", {"connected": True})

    async def echo(self, value: object) -> object:
        """Return what came."""
        return value

    async def count(self, to: object) -> AsyncIterator[object]:
        """Yield the numbers from 1."""
        if not isinstance(to, int) or to > MOST_NUMBERS:
            raise HubError("Count takes a whole number up to 1000.")
        for number in range(1, to + 1):
            yield number


class MT5Hub(Hub):
    """What happens on an MT5 server; on a simulated one nobody gets a margin call."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.streams = {"StreamMarginCallUpdates": self.nothing}

    async def connected(self) -> None:
        """Tell that the server behind this is there."""
        await self._connection.send("OnConnectionStatus", {"connected": True})

    async def nothing(self) -> AsyncIterator[object]:
        """Yield nothing, until the client has heard enough of it."""
        await anyio.sleep_forever()
        yield None


class MT4Hub(MT5Hub):
    """What happens on an MT4 server: prices move, and nobody trades."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.methods = {
            "SubscribeToTicks": self.subscribe_to_ticks,
            "UnsubscribeFromTicks": self.unsubscribe_from_ticks,
        }
        self.streams = {
            **self.streams,
            "StreamTicks": self.stream_ticks,
            "StreamTrades": self.nothing,
            "StreamUserUpdates": self.nothing,
            "StreamSymbolUpdates": self.nothing,
        }

    async def subscribe_to_ticks(self, symbol: object) -> None:
        """Call `OnTick` of the client with every tick of a symbol."""
        known = _known(symbol)

        async def push() -> None:
            async for tick in quotes.ticks([known]):
                await self._connection.send("OnTick", tick)

        self._connection.start(f"ticks {known}", push)

    async def unsubscribe_from_ticks(self, symbol: object) -> None:
        """Stop that."""
        self._connection.stop(f"ticks {_known(symbol)}")

    async def stream_ticks(self, symbol: object = None) -> AsyncIterator[object]:
        """Yield the ticks of a symbol, or of all."""
        async for tick in quotes.ticks([_known(symbol)] if symbol is not None else list(quotes.PRICES)):
            yield tick


def _known(symbol: object) -> str:
    if not isinstance(symbol, str) or symbol not in quotes.PRICES:
        raise HubError("There is no such symbol.")
    return symbol
