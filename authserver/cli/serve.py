"""`authserver serve`: the web server."""

import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server import MPServer

from authserver import migrating
from authserver.app import create_app
from authserver.audit.log import SYSTEM
from authserver.cli import demonstration
from authserver.cli.frame import Out, json_option
from authserver.cli.frame import settings as load_settings
from authserver.cli.migrate import bring_up_to_date
from authserver.config import ConfigurationError, Settings
from authserver.config.settings import LOOPBACK
from authserver.extensions import db
from authserver.provider.wiring import rotation
from authserver.web import logs, metrics
from authserver.web.single_server import claim_database
from authserver.web.unit_of_work import UnitOfWork

STOP_SECONDS = 30
"""How long workers may finish what they began before they are ended."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes; one per core."
)
@click.option(
    "--threads", default=2, show_default=True, type=click.IntRange(1, 64), help="Threads of each worker."
)
@click.option(
    "--tls-certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="PEM file."
)
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="PEM file.")
@click.option(
    "--demonstration", "demonstrate", is_flag=True, help="Development: something to try with, made once."
)
@json_option
def serve(
    out: Out,
    host: str,
    port: int,
    workers: int,
    threads: int,
    tls_certificate: Path | None,
    tls_key: Path | None,
    *,
    demonstrate: bool,
) -> None:
    """Serve until SIGINT or SIGTERM."""
    settings = load_settings()
    _check(settings, host, demonstrate=demonstrate)
    if (tls_certificate is None) != (tls_key is None):
        raise ConfigurationError("--tls-certificate and --tls-key go together")
    _prefer_throughput()
    with claim_database(settings), _shared_metrics(workers):
        _prepare(out, settings, demonstrate=demonstrate)
        server = MPServer(
            "authserver.app.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            factory=True,
            workers=workers,
            blocking_threads=threads,
            websockets=False,
            http1_settings=HTTP1Settings(keep_alive=True),
            log_dictconfig=logs.standard_config(settings),
            ssl_cert=tls_certificate,
            ssl_key=tls_key,
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_SECONDS,
        )
        # A worker that is told to end before it serves ends at once; it inherits a handler that would wait.
        os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
        try:
            server.serve()
        except RuntimeError as error:
            # The server's own word for an address that can't be listened on; with RUST_BACKTRACE it says more.
            raise ConfigurationError(f"--host, --port: {str(error).splitlines()[0]}") from None


def _check(settings: Settings, host: str, *, demonstrate: bool) -> None:
    if settings.mode == "development" and host not in LOOPBACK:
        raise ConfigurationError(
            "--host: development mode listens on loopback only; set AUTHSERVER_MODE=production"
        )
    if settings.mode == "production" and demonstrate:
        raise ConfigurationError("--demonstration: not in production")


def _prepare(out: Out, settings: Settings, *, demonstrate: bool) -> None:
    app = create_app(settings)
    if settings.mode == "development":
        bring_up_to_date(app)
    else:
        _require_schema(app)
        with UnitOfWork(app):
            rotation(settings).ensure(SYSTEM)
    if demonstrate:
        with UnitOfWork(app):
            demonstration.tell(out, settings)
    with app.app_context():
        # Workers are forked from this process and must not share its connections.
        db.engine.dispose()


def _prefer_throughput() -> None:
    """Let a thread finish its slice when another wakes (SCHED_BATCH): 60 % more tokens on a core.

    See docs/performance.md.
    """
    if hasattr(os, "SCHED_BATCH"):
        # Not allowed in some containers, and nothing depends on it.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _require_schema(app: Flask) -> None:
    with app.app_context():
        present, newest = migrating.present_revision(db.engine), migrating.newest_revision()
    if present != newest:
        raise ConfigurationError(
            f"the schema is at {present or 'nothing'}, not {newest}: run `authserver migrate`"
        )


@contextlib.contextmanager
def _shared_metrics(workers: int) -> Iterator[None]:
    """Let several workers count into files of one folder, which goes when the server ends."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="authserver-metrics-") as folder:
        metrics.share(Path(folder))
        yield
