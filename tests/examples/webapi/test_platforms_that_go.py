"""A connection to a trade platform lasts as long as the organization has it."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from examples.webapi.connection import Connection
from examples.webapi.signalr import Hub, Message, closing
from tests.examples.webapi.conftest import MT4, MT5, platforms_of
from tests.examples.webapi.issuer import ORGANIZATION, Issuer
from tests.examples.webapi.process import WebApi, change_platforms, serving
from tests.examples.webapi.websocket import WebSocket

HUB = f"/hubs/mt4/v2?tradePlatform={MT4}"
GONE = {"type": 7, "error": "The trade platform is gone.", "allowReconnect": False}
STREAM = {"type": 4, "invocationId": "1", "target": "StreamTicks", "arguments": ["EURUSD"]}


@pytest.fixture
def platforms(tmp_path: Path) -> Path:
    """Return a file of trade platforms that the test alone changes."""
    return Path(platforms_of(ORGANIZATION, tmp_path)["TRADE_PLATFORMS_DB"])


@pytest.fixture
def webapi(issuer: Issuer, platforms: Path, tmp_path: Path) -> Iterator[WebApi]:
    """An instance that reads it."""
    with serving(tmp_path, issuer.url, TRADE_PLATFORMS_DB=str(platforms)) as running:
        yield running


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM trade_platforms WHERE id = ?",
        "UPDATE trade_platforms SET organization_id = 'somebody-else' WHERE id = ?",
        "UPDATE trade_platforms SET type = 'MT5' WHERE id = ?",
    ],
)
def test_a_stream_ends_when_its_platform_goes_and_others_stay(
    webapi: WebApi, issuer: Issuer, platforms: Path, statement: str
) -> None:
    token = issuer.token()
    with (
        WebSocket(webapi.port, HUB, token) as ending,
        WebSocket(webapi.port, f"/hubs/mt5/v2?tradePlatform={MT5}", token) as staying,
        WebSocket(webapi.port, "/hubs/mt4/v1", token) as elsewhere,
    ):
        for client in (ending, staying, elsewhere):
            client.shakes_hands()
        ending.call(STREAM)
        assert ending.hears()["item"]
        change_platforms(platforms, statement, MT4)
        assert GONE in ending.messages()
        staying.call({"type": 1, "invocationId": "2", "target": "Nothing", "arguments": []})
        assert staying.hears()["invocationId"] == "2"
        elsewhere.call(STREAM)
        assert elsewhere.hears()["item"]
    assert webapi.ask("POST", HUB.replace("?", "/negotiate?"), token).status_code == 404


def test_a_file_that_can_not_be_read_for_a_moment_ends_nothing(
    webapi: WebApi, issuer: Issuer, platforms: Path
) -> None:
    with WebSocket(webapi.port, HUB, issuer.token()) as client:
        client.shakes_hands()
        client.call(STREAM)
        change_platforms(platforms, "ALTER TABLE trade_platforms RENAME COLUMN name TO another")
        # Two ticks a second: over these, the question was asked several times.
        assert [client.hears()["type"] for _ in range(8)] == [2] * 8
        change_platforms(platforms, "ALTER TABLE trade_platforms RENAME COLUMN another TO name")
        change_platforms(platforms, "DELETE FROM trade_platforms")
        assert GONE in client.messages()


def test_a_register_that_answers_late_delays_no_revocation() -> None:
    said: list[str] = []

    async def serve() -> None:
        connection = Connection(Unheard(said), anyio.sleep_forever, revoked)  # type: ignore[arg-type]
        with anyio.fail_after(10):
            await connection.serve(Hub())

    asyncio.run(serve())
    assert [json.loads(frame[:-1])["error"] for frame in said] == ["The token was revoked."]


async def revoked() -> Message:
    """Judge as the guard does of a token that was revoked."""
    return closing("The token was revoked.")


class Unheard:
    """A socket whose client says nothing."""

    def __init__(self, said: list[str]) -> None:
        self._said = said

    async def receive(self) -> None:
        """Wait for ever."""
        await anyio.sleep_forever()

    async def send_text(self, text: str) -> None:
        """Keep what was said."""
        self._said.append(text)

    async def close(self) -> None:
        """Do nothing more."""
