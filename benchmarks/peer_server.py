"""The peer: npm oidc-provider, pinned by peer/package-lock.json and installed into build/bench-peer."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.options import BUILD, HERE
from benchmarks.ours import Installation
from benchmarks.processes import (
    MeasurementError,
    Server,
    free_port,
    started,
    wait_for_answer,
    wait_for_token,
)

NAME = "oidc-provider"
DISCOVERY = "/.well-known/openid-configuration"
JWKS = "/jwks"

_FOLDER = BUILD / "bench-peer"
_FILES = ("package.json", "package-lock.json", "oidc-provider.mjs", "sign-on.mjs")
_INSTALL = ("npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
_INSTALL_SECONDS = 300


def install() -> None:
    """Install the peer unless that was done. Raises MeasurementError when npm could not."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    lock = _FOLDER / "package-lock.json"
    stamp = _FOLDER / "node_modules" / ".installed"
    wanted = (HERE / "peer" / "package-lock.json").read_text()
    done_before = stamp.exists() and stamp.read_text() == wanted
    for file in _FILES:
        shutil.copyfile(HERE / "peer" / file, _FOLDER / file)
    if done_before:
        return
    try:
        done = subprocess.run(
            _INSTALL, cwd=_FOLDER, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise MeasurementError("npm ci did not end: measuring without the peer.") from None
    if done.returncode:
        raise MeasurementError(f"npm ci failed, measuring without the peer: {done.stderr.strip()[-500:]}")
    stamp.write_text(lock.read_text())


def notes(folder: Path) -> list[str]:
    """Return what the peer says against being measured like this, such as a runtime it does not support."""
    log = _log(folder)
    said = log.read_text(errors="replace").splitlines() if log.exists() else []
    return [f"The peer says: {line.strip()}" for line in said if "Unsupported runtime" in line]


@contextlib.contextmanager
def serving(installation: Installation, folder: Path) -> Iterator[Server]:
    """Serve the same client with the same algorithm until the block ends."""
    port = free_port()
    log = _log(folder)
    environment = os.environ | {
        "NODE_ENV": "production",
        "ALG": "ES256",
        "PORT": str(port),
        "CLIENT_ID": installation.client_id,
        "CLIENT_SECRET": installation.client_secret,
    }
    command = ["node", str(_FOLDER / "oidc-provider.mjs")]
    with started(NAME, command, port, log, environment) as server:
        wait_for_token(server, installation.body(), log)
        yield server


@contextlib.contextmanager
def serving_people(folder: Path, variables: dict[str, str]) -> Iterator[Server]:
    """Serve one application that may act for people until the block ends; `prepared` makes what it holds."""
    port = free_port()
    log = _log(folder)
    environment = os.environ | {"NODE_ENV": "production", "PORT": str(port)} | variables
    command = ["node", str(_FOLDER / "sign-on.mjs")]
    with started(NAME, command, port, log, environment) as server:
        wait_for_answer(server, DISCOVERY, log)
        yield server


def prepared(server: Server, kind: str, count: int) -> list[str]:
    """Make so many `codes`, `refresh_tokens` or `access_tokens` at the peer, through its own models."""
    return server.get(f"/prepare/{kind}?count={count}").split()


def _log(folder: Path) -> Path:
    return folder / "peer.log"
