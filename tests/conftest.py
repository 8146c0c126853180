"""Fixtures of all tests: the databases, the application, and what this machine can't show."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import required
from tests.support.postgresql import Cluster, cluster
from tests.support.server import Server, new_server

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A PostgreSQL cluster for the whole run."""
    with cluster() as running:
        yield running


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    running: Cluster = request.getfixturevalue("postgresql")
    url = running.new_database()
    yield url
    running.drop_database(url)


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server over HTTP on SQLite, for tests that only ask it for things."""
    server = new_server(tmp_path_factory.mktemp("live"))
    with server.serving():
        yield server


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what this worker left out to the process that prints the summary."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = sorted(required.left_out)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker left out; one that crashed tells nothing."""
    required.left_out.update(getattr(node, "workeroutput", {}).get("left_out", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line each what this machine could not show."""
    for what in sorted(required.left_out):
        terminalreporter.write_line(f"left out: {what}")
