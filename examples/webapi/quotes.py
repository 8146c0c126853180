"""Simulated quotes: prices that swing with the clock, the same for everybody who looks."""

import math
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import anyio

from .platforms import timestamp

INTERVAL = 0.5
"""Seconds between two ticks of a symbol."""

PRICES = {"EURUSD": 1.08, "GBPUSD": 1.27, "USDJPY": 151.0, "XAUUSD": 2350.0}
_SWING = 0.002
_SPREAD = 0.0001
_PERIOD = 97.0

Tick = dict[str, object]


async def ticks(symbols: Sequence[str]) -> AsyncIterator[Tick]:
    """Yield a tick of every symbol, again and again."""
    while True:
        for symbol in symbols:
            yield tick(symbol, time.time())
        await anyio.sleep(INTERVAL)


def tick(symbol: str, at: float) -> Tick:
    """Return the quote of a symbol at a moment, in seconds since 1970."""
    middle = PRICES[symbol] * (1 + _SWING * math.sin(math.tau * at / _PERIOD))
    half = PRICES[symbol] * _SPREAD / 2
    return {
        "symbol": symbol,
        "bid": round(middle - half, 5),
        "ask": round(middle + half, 5),
        "lastTime": timestamp(datetime.fromtimestamp(at, UTC)),
    }
