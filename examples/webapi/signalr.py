"""The JSON protocol of SignalR: what messages look like, how they lie in frames, what a call names.

How they follow each other is in `connection`.
https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md
"""

import inspect
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from enum import IntEnum
from typing import Any, TypeVar

import anyio
import anyio.lowlevel
from starlette.websockets import WebSocket

SEPARATOR = "\x1e"
LONGEST_FRAME = 32 * 1024
PACE = 100
"""Messages of one client in a second, on average."""
BURST = 200
"""Messages that may come at once."""
SILENCE = 30
"""Seconds after which a client that says nothing counts as gone; clients ping every 15."""

Message = dict[str, Any]
Method = Callable[..., Awaitable[object]]
Stream = Callable[..., AsyncIterator[object]]
Callee = TypeVar("Callee", Method, Stream)


class Type(IntEnum):
    """What a message is."""

    INVOCATION = 1
    STREAM_ITEM = 2
    COMPLETION = 3
    STREAM_INVOCATION = 4
    CANCEL_INVOCATION = 5
    PING = 6
    CLOSE = 7


class Hub:
    """What clients call on one connection, by name."""

    methods: Mapping[str, Method] = {}
    streams: Mapping[str, Stream] = {}

    async def connected(self) -> None:
        """Greet a client that has shaken hands."""


class HubError(Exception):
    """A call that can't be done; its text goes to the client."""


class OutOfFormError(Exception):
    """A client that does not speak the protocol; its text goes to the client."""


def encode(message: Message) -> str:
    """Return a message as text of a frame."""
    return json.dumps(message, separators=(",", ":")) + SEPARATOR


def closing(why: str, *, may_return: bool = False) -> Message:
    """Return last words; who may return comes back by itself, if it was built to."""
    return {"type": Type.CLOSE, "error": why, "allowReconnect": may_return}


async def messages(socket: WebSocket) -> AsyncIterator[Message]:
    """Yield what a client says until it goes or falls silent.

    Raises:
        OutOfFormError: it says something else.
    """
    due = time.monotonic() - BURST / PACE
    while frame := await _frame(socket):
        *records, rest = frame.split(SEPARATOR)
        if rest:
            raise OutOfFormError("A message has no end.")
        for record in records:
            now = time.monotonic()
            due = max(due, now - BURST / PACE) + 1 / PACE
            if due > now:
                raise OutOfFormError("There are too many messages.")
            # Others have their turn between two messages, however many came at once.
            await anyio.lowlevel.checkpoint()
            yield _decoded(record)


async def _frame(socket: WebSocket) -> str | None:
    received: Mapping[str, Any] = {}
    with anyio.move_on_after(SILENCE):
        received = await socket.receive()
    # Neither a farewell nor bytes have a text.
    frame: str | None = received.get("text")
    if frame and len(frame) > LONGEST_FRAME:
        raise OutOfFormError("A message is too long.")
    return frame


def _decoded(record: str) -> Message:
    try:
        message = json.loads(record)
    except (ValueError, RecursionError) as error:
        raise OutOfFormError("A message is no JSON.") from error
    if not isinstance(message, dict) or not isinstance(message.get("invocationId", ""), str):
        raise OutOfFormError("A message has another form.")
    return message


def called(callees: Mapping[str, Callee], message: Message) -> tuple[Callee, list[Any]]:
    """Return what a message calls, and with what.

    Raises:
        HubError: it isn't there, or takes something else.
    """
    target, arguments = message.get("target"), message.get("arguments")
    if not isinstance(target, str) or target not in callees:
        raise HubError(f"There is no {target}.")
    try:
        inspect.signature(callees[target]).bind(*arguments)  # type: ignore[misc]
    except TypeError as error:
        raise HubError(f"{target} takes other arguments.") from error
    return callees[target], arguments  # type: ignore[return-value]
