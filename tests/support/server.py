"""A real server process, and the real `authserver` command beside it, for tests over HTTP."""

import atexit
import contextlib
import functools
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.patience import attempts

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = (sys.executable, "-m", "authserver")
DATABASE = "authserver.db"
MASTER_KEY = "test-master-key-0123456789-abcdefghijklmnopqrstuvwxyz"


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class ApiClientCredentials:
    """What `clients create` printed."""

    client_id: str
    client_secret: str
    organization_id: str
    scopes: list[str] = field(hash=False)


@dataclass
class Server:
    """One configuration: commands run against it, and one or more server processes serve it."""

    data_dir: Path
    port: int
    database_url: str = ""
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        """The origin that clients know."""
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables of every process of this configuration."""
        ours = {
            "AUTHSERVER_DATA_DIR": str(self.data_dir),
            "AUTHSERVER_ISSUER": self.issuer,
            "AUTHSERVER_MASTER_KEY": MASTER_KEY,
            "AUTHSERVER_DATABASE_URL": self.database_url,
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AUTHSERVER_")}
        return inherited | ours | self.variables

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run an `authserver` command and return what it printed."""
        done = subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"authserver {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done

    def json(self, *arguments: str) -> Any:
        """Run an `authserver` command with --json and return the document."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def new_client(self, *scopes: str, organization: str = "acme", **options: str) -> ApiClientCredentials:
        """Make an API client of an organization that exists."""
        arguments = [argument for scope in scopes or ("webapi",) for argument in ("--scope", scope)]
        arguments += [
            part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)
        ]
        made = self.json("clients", "create", "--organization", organization, "--name", "Test", *arguments)
        return ApiClientCredentials(**made)

    @contextlib.contextmanager
    def serving(
        self, *options: str, port: int | None = None, wait: bool = True
    ) -> Iterator[subprocess.Popen[str]]:
        """Serve until the block ends; then stop by SIGTERM and check that the end was clean."""
        port = port or self.port
        with (self.data_dir / f"serve-{port}.log").open("a+") as log:
            process = subprocess.Popen(
                [*COMMAND, "serve", "--port", str(port), *options],
                env=self.environment, cwd=ROOT, stdout=log, stderr=log, text=True,
            )  # fmt: skip
            try:
                if wait:
                    self._wait(process, port)
                yield process
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(40)

    def log(self, port: int | None = None) -> str:
        """Return what the server process said."""
        return (self.data_dir / f"serve-{port or self.port}.log").read_text()

    def _wait(self, process: subprocess.Popen[str], port: int) -> None:
        for _ in attempts():
            if process.poll() is not None:
                raise AssertionError(f"the server ended: {self.log(port)}")
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/live", timeout=1),
            ):
                return
        raise AssertionError(f"the server does not answer: {self.log(port)}")


def new_server(folder: Path, database_url: str = "", **variables: str) -> Server:
    """Return a configuration with its schema, keys, the resource `webapi` and the organization `acme`."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(folder, free_port(), database_url, variables)
    if database_url:
        _seed(server)
    else:
        shutil.copy(_seeded() / DATABASE, folder / DATABASE)
    return server


@functools.cache
def _seeded() -> Path:
    """Return a folder with an SQLite file to be copied: the commands take seconds, and servers are many."""
    folder = Path(tempfile.mkdtemp(prefix="seeded"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    server = Server(folder, free_port())
    _seed(server)
    # All of it in one file.
    with contextlib.closing(sqlite3.connect(folder / DATABASE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


def _seed(server: Server) -> None:
    server.run("migrate")
    server.run("resources", "create", "webapi", "--scope", "webapi")
    server.run("organizations", "create", "Acme", "--slug", "acme")
