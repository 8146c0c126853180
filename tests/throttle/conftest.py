"""Two instances on each kind of database, and a throw-away Redis."""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from tests.support import required
from tests.support.application import app, migrated, schema_url, shared_database, twins
from tests.support.patience import attempts
from tests.support.server import free_port

__all__ = ["app", "migrated", "schema_url", "shared_database", "twins"]


@dataclass
class Redis:
    """A Redis without persistence on a free port of the loopback address."""

    program: str
    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [self.program, *arguments], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        with contextlib.closing(redis.Redis.from_url(self.url)) as client:
            for _ in attempts():
                with contextlib.suppress(redis.ConnectionError):
                    client.ping()
                    return
        raise AssertionError("Redis does not answer")

    def stop(self) -> None:
        """Stop it, by its process id."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[Redis]:
    """A running Redis, where its program is installed."""
    server = Redis(required.program("redis-server", "counters in Redis"), tmp_path)
    server.start()
    try:
        yield server
    finally:
        server.stop()
