"""The example as a process, and the file of trade platforms that Toolbox would write."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.examples.webapi.issuer import READ
from tests.support.patience import attempts
from tests.support.server import ROOT, ApiClientCredentials, Server, free_port

REVOCABLE = "tests.examples.webapi.revocable:from_variables"

_TABLE = """
    CREATE TABLE trade_platforms (
        id TEXT PRIMARY KEY, organization_id TEXT NOT NULL, name TEXT NOT NULL,
        type TEXT NOT NULL CHECK (type IN ('MT4', 'MT5', 'MatchTrader')), created_at INTEGER NOT NULL)
"""


@dataclass(frozen=True)
class WebApi:
    """A running instance."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        """The base address for clients."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, token: str = "", **options: object) -> requests.Response:
        """Ask with a token in the header."""
        return self.ask("GET", path, token, **options)

    def ask(self, method: str, path: str, token: str = "", **options: object) -> requests.Response:
        """Send a request, with a token in the header if there is one."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        more = options.pop("headers", {})
        assert isinstance(more, dict)
        return requests.request(method, self.url + path, headers=headers | more, timeout=10, **options)  # type: ignore[arg-type]


@contextlib.contextmanager
def serving(folder: Path, issuer: str, *, target: str = "", **variables: str) -> Iterator[WebApi]:
    """Serve until the block ends; a target replaces the application that the example serves."""
    webapi = WebApi(free_port(), folder / "webapi.log")
    command = [sys.executable, "-m", "examples.webapi", "--port", str(webapi.port)]
    if target:
        serve = f"from examples.webapi.server import serve; serve({target!r}, {webapi.port})"
        command = [sys.executable, "-c", serve]
    environment = os.environ | {"WEBAPI_ISSUER": issuer} | variables
    with webapi.log.open("a") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait(webapi, process)
            yield webapi
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
    # Whatever clients send and however they leave: that is no fault of the program.
    assert "Traceback" not in webapi.log.read_text()


def new_client(server: Server) -> ApiClientCredentials:
    """Make an API client that may see trade platforms, at a server that may not know the permission yet."""
    server.run("resources", "permissions", "add", "webapi", READ, "See trade platforms")
    return server.new_client(permission=READ)


def _wait(webapi: WebApi, process: subprocess.Popen[bytes]) -> None:
    for _ in attempts():
        if process.poll() is not None:
            break
        with contextlib.suppress(requests.ConnectionError):
            webapi.get("/")
            return
    raise AssertionError(webapi.log.read_text())


def change_platforms(file: Path, statement: str, *values: str) -> None:
    """Change trade platforms while they are read."""
    with contextlib.closing(sqlite3.connect(file)) as database, database:
        database.execute(statement, values)


def write_platforms(file: str, *platforms: tuple[str, str, str, str]) -> None:
    """Write trade platforms as Toolbox does: id, organization, name, type."""
    with contextlib.closing(sqlite3.connect(file)) as database, database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(_TABLE)
        database.executemany("INSERT INTO trade_platforms VALUES (?, ?, ?, ?, 1795228426)", platforms)
