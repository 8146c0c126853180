"""`authserver` commands run in this process, over a database with schema and keys."""

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner, Result
from flask import Flask

from authserver.app import server
from authserver.app.core import create_core
from authserver.app.factory import create_app
from authserver.cli import main
from authserver.config import Settings
from authserver.web import logs
from tests.support.application import (
    engine_of,
    logging_restored,
    migrated,
    quick_keys,
    schema_url,
    shared_database,
    some_rsa_keys,
)
from tests.support.server import MASTER_KEY

__all__ = ["migrated", "quick_keys", "schema_url", "shared_database", "some_rsa_keys"]


@dataclass
class Cli:
    """Runs commands with a configuration of their own."""

    folder: Path
    variables: dict[str, str | None]
    apps: list[Flask] = field(default_factory=list)

    def run(self, *arguments: str, check: bool = True) -> Result:
        """Run a command; with `check` it must succeed."""
        try:
            with logging_restored():
                done = CliRunner(env=self.variables).invoke(main, arguments)
        finally:
            while self.apps:
                engine_of(self.apps.pop()).dispose()
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert not check or done.exit_code == 0, done.output
        return done

    def json(self, *arguments: str) -> Any:
        """Run a command with --json and return the document, which is all it prints."""
        done = self.run(*arguments, "--json")
        assert done.stderr == ""
        return json.loads(done.stdout)

    def refused(self, *arguments: str) -> str:
        """Run a command that is refused, in text and in JSON; return the one line that says why."""
        as_text, as_json = self.run(*arguments, check=False), self.run(*arguments, "--json", check=False)
        assert as_text.exit_code == as_json.exit_code == 1, as_text.output
        assert as_text.stdout == as_json.stdout == ""
        assert as_text.stderr.startswith("Error: ")
        assert as_text.stderr.count("\n") == 1
        told: str = json.loads(as_json.stderr)["error"]
        assert as_text.stderr == f"Error: {told}\n"
        return told

    def new_client(self, *more: str) -> dict[str, Any]:
        """Make a client of `acme`."""
        made: dict[str, Any] = self.json(
            "clients", "create", "--organization", "acme", "--name", "Reports", "--scope", "webapi", *more
        )
        return made


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Commands in an empty folder, without a configuration."""
    cli = Cli(tmp_path, {"AUTHSERVER_DATA_DIR": str(tmp_path)})
    real = logs.configure

    def remembered(create: Callable[[Settings], Flask]) -> Callable[[Settings], Flask]:
        def created(settings: Settings) -> Flask:
            cli.apps.append(create(settings))
            return cli.apps[-1]

        return created

    def configure(settings: Settings) -> None:
        real(settings)
        structlog.configure(**structlog.get_config() | {"cache_logger_on_first_use": False})

    # By name: a command of the same name hides each module.
    for module in ("frame", "doctor", "worker"):
        monkeypatch.setattr(
            importlib.import_module(f"authserver.cli.{module}"), "create_core", remembered(create_core)
        )
    monkeypatch.setattr(importlib.import_module("authserver.cli.serve"), "create_app", remembered(create_app))
    monkeypatch.setattr(logs, "configure", configure)
    monkeypatch.setattr(server, "_prefer_throughput", lambda: None)
    monkeypatch.setattr(server.MPServer, "serve", lambda _: pytest.fail("it serves"))
    return cli


@pytest.fixture
def cli(bare: Cli, schema_url: str) -> Cli:
    """Commands over a database with the schema, the first keys, a resource and an organization."""
    bare.variables |= {"AUTHSERVER_DATABASE_URL": schema_url, "AUTHSERVER_MASTER_KEY": MASTER_KEY}
    bare.run("migrate")
    bare.run("resources", "create", "webapi", "--scope", "webapi", "--scope", "webapi.read")
    bare.run("organizations", "create", "Acme", "--slug", "acme")
    return bare
