"""Fetching an application's logo once, so that no browser of a visitor ever asks a third party for it."""

from flask import Flask

from authserver.base.clock import now
from authserver.base.errors import Refused
from authserver.base.fetch import Fetcher, Unreachable
from authserver.clients.logo import EXTENSIONS, checked_logo
from authserver.clients.store import applications, logos
from authserver.web.unit_of_work import UnitOfWork

ACCEPT = ", ".join(EXTENSIONS)
SUCCESS = 200


def is_missing(app: Flask, application_id: str) -> bool:
    """Return whether an application names a logo that is not here."""
    with UnitOfWork(app):
        application = applications.find(application_id)
        return bool(application and application.logo_uri) and logos.address_of(application_id) is None


def fetch(app: Flask, fetcher: Fetcher, application_id: str) -> None:
    """Fetch and keep the logo that an application names. Raises Refused, with a reason for operators only.

    Opens units of work of its own, none while it waits for the stranger. The logo that is here stays when
    there is no other.
    """
    with UnitOfWork(app):
        application = applications.find(application_id)
    if application is None or not application.logo_uri:
        return
    try:
        fetched = fetcher.get(application.logo_uri, ACCEPT)
    except Unreachable as error:
        raise Refused(f"The logo can't be fetched: {error.reason}.") from error
    if fetched.status != SUCCESS:
        raise Refused(f"The logo can't be fetched: the answer has the status {fetched.status}.")
    logo = checked_logo(fetched.body)
    with UnitOfWork(app):
        logos.keep(application_id, application.logo_uri, logo, now())
