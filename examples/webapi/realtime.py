"""The doors of the hubs: negotiation and WebSockets, each with a token and a trade platform of its bearer."""

import logging
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from .connection import Connection
from .guard import Caller, Ending, Guard
from .hubs import MT4Hub, MT5Hub, TestHub
from .places import Places
from .platforms import TradePlatforms
from .signalr import Hub, Message, closing

log = logging.getLogger(__name__)

PARAMETERS = ("access_token", "signalr_token")
"""Where tokens come from browsers, which can't send headers with a WebSocket."""


@dataclass(frozen=True)
class Door:
    """A hub at an address; for a kind of trade platform, if it needs one named."""

    path: str
    hub: Callable[[Connection], Hub]
    kind: str = ""


DOORS = (
    Door("/hubs/test/v1", TestHub),
    Door("/hubs/mt4/v1", MT4Hub),
    Door("/hubs/mt4/v2", MT4Hub, "MT4"),
    Door("/hubs/mt5/v2", MT5Hub, "MT5"),
)


class Realtime:
    """Lets clients in, with a token that is good and a trade platform that is theirs."""

    def __init__(self, guard: Guard, platforms: TradePlatforms) -> None:
        self._guard = guard
        self._platforms = platforms
        self._places = Places()

    def routes(self) -> list[BaseRoute]:
        """Return the addresses."""
        return [route for door in DOORS for route in self._routes(door)]

    def _routes(self, door: Door) -> tuple[BaseRoute, BaseRoute]:
        async def negotiate(request: Request) -> Response:
            self._places.offer(await self._admit(request, door))
            return JSONResponse(_transports(), headers={"Cache-Control": "no-store"})

        async def connect(socket: WebSocket) -> None:
            caller = await self._admit(socket, door)
            with self._places.one(caller):
                await socket.accept()
                connection = Connection(
                    socket,
                    partial(self._token_ended, caller),
                    partial(self._platform_gone, caller, socket, door),
                )
                await connection.serve(door.hub(connection))

        return (
            Route(f"{door.path}/negotiate", negotiate, methods=["POST"]),
            WebSocketRoute(door.path, connect),
        )

    async def _admit(self, connection: HTTPConnection, door: Door) -> Caller:
        caller = await self._guard.admit(connection, *PARAMETERS)
        if not await self._has_platform(caller, connection, door):
            raise HTTPException(404, "There is no such trade platform.")
        return caller

    async def _has_platform(self, caller: Caller, connection: HTTPConnection, door: Door) -> bool:
        if not door.kind:
            return True
        identity = connection.query_params.get("tradePlatform", "").lower()
        found = await run_in_threadpool(self._platforms.find, caller.organization, identity, door.kind)
        return found is not None

    async def _token_ended(self, caller: Caller) -> Message | None:
        ending = self._guard.ending(caller)
        # Whose token is merely over gets another and comes back.
        return closing(ending, may_return=ending is Ending.EXPIRED) if ending else None

    async def _platform_gone(self, caller: Caller, connection: HTTPConnection, door: Door) -> Message | None:
        try:
            stays = await self._has_platform(caller, connection, door)
        except sqlite3.Error as error:
            # A register that can't be read says nothing about what stands in it.
            log.warning("trade platforms: %s", error)
            return None
        return None if stays else closing("The trade platform is gone.")


def _transports() -> dict[str, object]:
    # A connection is one WebSocket and nothing else, so that any worker can take it: the id that
    # negotiation hands out is for the client's logs, and knowing it gives nobody anything.
    return {
        "negotiateVersion": 1,
        "connectionId": secrets.token_urlsafe(16),
        "connectionToken": secrets.token_urlsafe(16),
        "availableTransports": [{"transport": "WebSockets", "transferFormats": ["Text"]}],
    }
