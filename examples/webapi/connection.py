"""One client of a hub on one WebSocket: handshake, calls, streams, pings, and the end."""

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import anyio
import anyio.lowlevel
from starlette.websockets import WebSocket, WebSocketDisconnect

from .signalr import Hub, HubError, Message, OutOfFormError, Type, called, closing, encode, messages

HANDSHAKE = 15
"""Seconds for the first message, which chooses the protocol."""
PING_INTERVAL = 15
CHECK_INTERVAL = 1
"""Seconds between two questions whether the client may stay."""
DELIVERY = 10
"""Seconds for a message to leave; a client that reads nothing for so long is gone."""
FAREWELL = 1
"""Seconds for last words to a client that may not be listening."""
MOST_TASKS = 32
"""Streams and subscriptions of one connection at a time."""

Judge = Callable[[], Awaitable[Message | None]]

log = logging.getLogger(__name__)


class Connection:
    """A client that was admitted and asks something of a hub."""

    def __init__(self, socket: WebSocket, *judges: Judge) -> None:
        """Take an accepted socket, and who is asked every second for last words to the client, or None.

        None of them waits for another.
        """
        self._socket = socket
        self._judges = judges
        self._running: dict[str, anyio.CancelScope] = {}
        self._leaving = False
        self._tasks = anyio.create_task_group()

    async def serve(self, hub: Hub) -> None:
        """Speak with the client until one of the two leaves."""
        async with self._tasks:
            for judge in self._judges:
                self._tasks.start_soon(self._watch, judge)
            await self._converse(hub)
            self._tasks.cancel_scope.cancel()
        with anyio.move_on_after(FAREWELL), contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await self._socket.close()

    async def send(self, target: str, *arguments: object) -> None:
        """Call a handler of the client."""
        await self._say({"type": Type.INVOCATION, "target": target, "arguments": arguments})

    def start(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Begin work that goes on until it is stopped by its name, or the connection ends.

        Raises:
            HubError: such work is under way already, or too much of it.
        """
        if name in self._running or len(self._running) >= MOST_TASKS:
            raise HubError("This runs already, or too much does.")
        self._running[name] = anyio.CancelScope()
        self._tasks.start_soon(self._run, name, work)

    def stop(self, name: str) -> None:
        """End such work; it need not be there."""
        if name in self._running:
            self._running[name].cancel()

    async def _run(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        try:
            with self._running[name]:
                await work()
        finally:
            del self._running[name]

    async def _converse(self, hub: Hub) -> None:
        try:
            heard = messages(self._socket)
            if why := await _refused_handshake(heard):
                await self._say({"error": why})
                return
            await self._say({})
            self._tasks.start_soon(self._keep_alive)
            await hub.connected()
            async for message in heard:
                await self._answer(hub, message)
        except OutOfFormError as error:
            await self._say_goodbye(closing(str(error)))

    async def _answer(self, hub: Hub, message: Message) -> None:
        match message.get("type"):
            case Type.INVOCATION:
                await self._call(hub, message)
            case Type.STREAM_INVOCATION:
                await self._stream(hub, message)
            case Type.CANCEL_INVOCATION:
                self.stop(_stream_name(message))

    async def _call(self, hub: Hub, message: Message) -> None:
        async def call() -> object:
            method, arguments = called(hub.methods, message)
            return await method(*arguments)

        outcome = await _outcome(message, call)
        # Without an id nobody waits for an answer.
        if "invocationId" in message:
            await self._say(outcome)

    async def _stream(self, hub: Hub, message: Message) -> None:
        async def begin() -> None:
            self.start(_stream_name(message), partial(self._pass_on, hub, message))

        outcome = await _outcome(message, begin)
        if "error" in outcome:
            await self._say(outcome)

    async def _pass_on(self, hub: Hub, message: Message) -> None:
        async def items() -> None:
            stream, arguments = called(hub.streams, message)
            async for item in stream(*arguments):
                await self._say({**_reply(message, Type.STREAM_ITEM), "item": item})

        await self._say(await _outcome(message, items))

    async def _keep_alive(self) -> None:
        while True:
            await anyio.sleep(PING_INTERVAL)
            await self._say({"type": Type.PING})

    async def _watch(self, judge: Judge) -> None:
        while (words := await judge()) is None:  # noqa: ASYNC110 - time decides as well as events
            await anyio.sleep(CHECK_INTERVAL)
        await self._say_goodbye(words)
        self._tasks.cancel_scope.cancel()

    async def _say_goodbye(self, words: Message) -> None:
        self._leaving = True
        # Who listens to nobody has to go all the same.
        with anyio.move_on_after(FAREWELL):
            await self._say(words)

    async def _say(self, message: Message) -> None:
        # Last words are the last: a tick that comes meanwhile is for nobody.
        if self._leaving and message.get("type") != Type.CLOSE:
            return
        try:
            # What waits here is bounded: whoever has something to say waits until it can leave.
            with anyio.fail_after(DELIVERY):
                await self._socket.send_text(encode(message))
        except (WebSocketDisconnect, RuntimeError, TimeoutError):
            # The client is gone: nothing that is done for it goes on.
            self._tasks.cancel_scope.cancel()
            await anyio.lowlevel.checkpoint()


async def _refused_handshake(heard: AsyncIterator[Message]) -> str:
    """Return what is wrong with the first message, if anything."""
    with anyio.move_on_after(HANDSHAKE):
        hello: Message = await anext(heard, {})
        good = (hello.get("protocol"), hello.get("version")) == ("json", 1)
        return "" if good else "Only the protocol json, version 1, is spoken here."
    return "The handshake took too long."


async def _outcome(message: Message, act: Callable[[], Awaitable[object]]) -> Message:
    completion = _reply(message, Type.COMPLETION)
    try:
        result = await act()
    except HubError as error:
        return {**completion, "error": str(error)}
    except Exception:
        log.exception("%s failed", message.get("target"))
        return {**completion, "error": "The call failed."}
    return completion if result is None else {**completion, "result": result}


def _reply(message: Message, kind: Type) -> Message:
    return {"type": kind, "invocationId": message.get("invocationId")}


def _stream_name(message: Message) -> str:
    return f"stream {message.get('invocationId')}"
