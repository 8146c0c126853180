"""This server, as `authserver serve` starts it: one worker, its default threads, SQLite, production mode."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.options import ROOT
from benchmarks.processes import MeasurementError, Server, free_port, started, wait_for_token

NAME = "authserver"
COMMAND = (sys.executable, "-m", "authserver")
SCOPES = {"ES256": "webapi", "RS256": "webapi-rs256", "EdDSA": "webapi-eddsa"}
DISCOVERY = "/.well-known/openid-configuration"
JWKS = "/.well-known/openid-configuration/jwks"

# Of this run only: nothing that it seals outlives the temporary folder.
MASTER_KEY = secrets.token_urlsafe(48)


@dataclass(frozen=True, slots=True)
class Installation:
    """A folder with a database, and the one client that commands made in it."""

    folder: Path
    client_id: str
    client_secret: str
    variables: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    """Further options of `serve`."""

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "authserver.db"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "serve.log"

    def body(self, algorithm: str = "ES256", client_id: str | None = None) -> str:
        """Return the form of a token request; other clients have the same secret."""
        return urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": client_id or self.client_id,
                "client_secret": self.client_secret,
                "scope": SCOPES[algorithm],
            }
        )

    def bodies(self, client_ids: list[str], name: str = "bodies.txt") -> Path:
        """Write the token requests of many clients to a file, one a line."""
        file = self.folder / name
        file.write_text("".join(f"{self.body(client_id=client_id)}\n" for client_id in client_ids))
        return file

    def command(self, *arguments: str) -> str:
        """Run an `authserver` command on this installation and return what it printed."""
        return _run(self.folder, *arguments)

    @contextlib.contextmanager
    def starting(self) -> Iterator[Server]:
        """Start the server without waiting for it; stop it when the block ends."""
        port = free_port()
        command = [*COMMAND, "serve", "--port", str(port), *self.arguments]
        with started(NAME, command, port, self.log, _environment(self.folder) | self.variables) as server:
            yield server

    @contextlib.contextmanager
    def serving(self) -> Iterator[Server]:
        """Serve until the block ends, from the first token on."""
        with self.starting() as server:
            wait_for_token(server, self.body(), self.log)
            yield server


def install(folder: Path, variables: dict[str, str] | None = None) -> Installation:
    """Make a database with an API resource for each algorithm, an organization, and a client for all.

    `variables` are further settings of the server.
    """
    folder.mkdir(parents=True)
    _run(folder, "migrate")
    for algorithm, scope in SCOPES.items():
        _run(folder, "resources", "create", scope, "--scope", scope, "--algorithm", algorithm)
    _run(folder, "organizations", "create", "Acme", "--slug", "acme")
    scopes = [argument for scope in SCOPES.values() for argument in ("--scope", scope)]
    made = json.loads(
        _run(folder, "clients", "create", "--organization", "acme", "--name", "Bench", *scopes, "--json")
    )
    return Installation(folder, made["client_id"], made["client_secret"], variables or {})


def _run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [*COMMAND, *arguments],
        env=_environment(folder),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise MeasurementError(f"authserver {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


def _environment(folder: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AUTHSERVER_")}
    return inherited | {
        "AUTHSERVER_MODE": "production",
        "AUTHSERVER_ISSUER": "https://id.example.com",
        "AUTHSERVER_DATA_DIR": str(folder),
        "AUTHSERVER_MASTER_KEY": MASTER_KEY,
    }
