"""The realtime clients of the published Python SDK: what arrives on the hubs of MT4 and MT5."""

from queue import Queue
from typing import Any

from cplugin_webapi_sdk import CPluginWebApiClient

PATIENCE = 20
"""Seconds until something that doesn't come is a failure."""


def heard_of_mt4(sdk: CPluginWebApiClient, platform: str) -> dict[str, Any]:
    """Return the greeting, a tick that was subscribed to, and one of a stream."""
    status, ticks, streamed = (Queue[Any]() for _ in range(3))
    client = sdk.realtime.mt4(platform)
    client.on_connection_status(status.put)
    client.on_tick(ticks.put)
    with client:
        # Before the greeting its calls would come to nothing.
        (greeting,) = status.get(timeout=PATIENCE)
        client.subscribe_to_ticks("EURUSD")
        (tick,) = ticks.get(timeout=PATIENCE)
        client.unsubscribe_from_ticks("EURUSD")
        watched = {"next": streamed.put, "complete": streamed.put, "error": streamed.put}
        client.stream_ticks("XAUUSD").subscribe(watched)
        return {"status": greeting, "tick": tick["symbol"], "streamed": streamed.get(timeout=PATIENCE)}


def heard_of_mt5(sdk: CPluginWebApiClient, platform: str) -> Any:
    """Return the greeting."""
    status = Queue[Any]()
    client = sdk.realtime.mt5(platform)
    client.on_connection_status(status.put)
    with client:
        (greeting,) = status.get(timeout=PATIENCE)
        return greeting
