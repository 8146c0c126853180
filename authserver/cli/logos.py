"""Fetching logos at the end of a command, when what it changed is safe."""

from collections.abc import Iterable

from flask import Flask

from authserver.base.errors import Refused
from authserver.base.fetch import Fetcher
from authserver.cli.frame import Out
from authserver.clients import logo_fetching
from authserver.config import Settings


def fetch(out: Out, app: Flask, application_ids: Iterable[str], *, again: bool = False) -> None:
    """Fetch the logos of applications that are missing, or with `again` all of them.

    An application without a logo works: one that can't be had is told, and is no failure.
    """
    settings: Settings = app.extensions["settings"]
    fetcher = Fetcher(settings.fetch_policy)
    for application_id in application_ids:
        if not again and not logo_fetching.is_missing(app, application_id):
            continue
        try:
            logo_fetching.fetch(app, fetcher, application_id)
        except Refused as refusal:
            out.warn(f"{application_id} has no new logo. {refusal}")
