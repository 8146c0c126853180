"""`authserver migrate`: the schema, the first signing keys, the resource of the management API."""

import click
from flask import Flask

from authserver import migrating
from authserver.audit.log import SYSTEM
from authserver.cli.frame import Out, application, json_option
from authserver.clients import own_resource
from authserver.config import Settings
from authserver.extensions import db
from authserver.provider.wiring import rotation
from authserver.web.unit_of_work import UnitOfWork


@click.command()
@json_option
def migrate(out: Out) -> None:
    """Bring the schema up to date; make the first signing keys and the resource of the management API.

    Safe to run at any time, from several places.
    """
    app = application()
    bring_up_to_date(app)
    with app.app_context():
        out.one({"revision": migrating.present_revision(db.engine)})


def bring_up_to_date(app: Flask) -> None:
    """Migrate, then make what every server needs."""
    with app.app_context():
        migrating.migrate(db.engine)
    make_what_is_missing(app)


def make_what_is_missing(app: Flask) -> None:
    """Make the first key of each algorithm that has none, and the resource of the management API."""
    settings: Settings = app.extensions["settings"]
    with UnitOfWork(app):
        rotation(settings).ensure(SYSTEM)
        own_resource.ensure(settings.issuer, SYSTEM)
