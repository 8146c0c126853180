"""`authserver migrate`: the schema, and the first signing keys."""

import click
from flask import Flask

from authserver import migrating
from authserver.audit.log import SYSTEM
from authserver.cli.frame import Out, application, json_option
from authserver.config import Settings
from authserver.extensions import db
from authserver.provider.wiring import rotation
from authserver.web.unit_of_work import UnitOfWork


@click.command()
@json_option
def migrate(out: Out) -> None:
    """Bring the schema up to date and make the first signing keys.

    Safe to run at any time, from several places.
    """
    app = application()
    bring_up_to_date(app)
    with app.app_context():
        out.one({"revision": migrating.present_revision(db.engine)})


def bring_up_to_date(app: Flask) -> None:
    """Migrate, then make the first key of each algorithm that has none."""
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        migrating.migrate(db.engine)
    with UnitOfWork(app):
        rotation(settings).ensure(SYSTEM)
