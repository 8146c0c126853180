"""`authserver serve`: the web server."""

from pathlib import Path

import click
from flask import Flask

from authserver import migrating
from authserver.app import server
from authserver.app.factory import create_app
from authserver.app.server import Listener
from authserver.cli import demonstration
from authserver.cli.frame import Out, json_option
from authserver.cli.frame import settings as load_settings
from authserver.cli.migrate import bring_up_to_date, make_what_is_missing
from authserver.config import ConfigurationError, Settings
from authserver.config.server import LOOPBACK
from authserver.extensions import db
from authserver.provider import people
from authserver.provider.wiring import rotation
from authserver.web.single_server import claim_database
from authserver.web.unit_of_work import UnitOfWork

PEM = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes; one per core."
)
@click.option(
    "--threads", default=16, show_default=True, type=click.IntRange(1, 64), help="Threads of each worker."
)
@click.option("--tls-certificate", type=PEM, help="Certificate chain, a PEM file.")
@click.option("--tls-key", type=PEM, help="Its private key, a PEM file.")
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
    listener = Listener(host, port, workers, threads, tls_certificate, tls_key)
    _check(settings, listener, demonstrate=demonstrate)
    with claim_database(settings):
        _prepare(out, settings, demonstrate=demonstrate)
        server.run(listener, settings)


def _check(settings: Settings, listener: Listener, *, demonstrate: bool) -> None:
    if settings.mode == "development" and listener.host not in LOOPBACK:
        raise ConfigurationError(
            "--host: development mode listens on loopback only; set AUTHSERVER_MODE=production"
        )
    if settings.mode == "production" and demonstrate:
        raise ConfigurationError("--demonstration: not in production")
    if (listener.certificate is None) != (listener.key is None):
        raise ConfigurationError("--tls-certificate and --tls-key go together")


def _prepare(out: Out, settings: Settings, *, demonstrate: bool) -> None:
    app = create_app(settings)
    if settings.mode == "development":
        bring_up_to_date(app)
    else:
        _require_schema(app)
        make_what_is_missing(app)
    # A mail server that can't be used shows now, not in a worker.
    people.delivery(app, settings)
    if settings.mail_url is None:
        out.say("Warning: no mail server is configured (AUTHSERVER_MAIL_URL), so nobody can register.")
    with UnitOfWork(app):
        # A wrong master key shows now, not at the first token.
        rotation(settings).check_sealed()
    if demonstrate:
        with UnitOfWork(app):
            demonstration.tell(out, settings)
    with app.app_context():
        # Workers are forked from this process and must not share its connections.
        db.engine.dispose()


def _require_schema(app: Flask) -> None:
    with app.app_context():
        behind = migrating.is_behind(db.engine)
    if behind:
        raise ConfigurationError("the schema is older than this version needs: run `authserver migrate`")
