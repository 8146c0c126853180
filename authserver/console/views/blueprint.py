"""All pages of the console."""

from flask import Blueprint

from authserver.console.organization import (
    api_client,
    api_client_secrets,
    api_clients,
    audit,
    invitations,
    members,
    settings,
)
from authserver.console.organization import overview as organization
from authserver.console.views import (
    applications,
    close,
    email,
    fresh,
    home,
    organizations,
    overview,
    password,
    profile,
    sessions,
    switcher,
)

_OF_ACCOUNTS = (home, overview, profile, password, email, sessions, applications, close, fresh)
_OF_ORGANIZATIONS = (
    organizations,
    switcher,
    organization,
    members,
    invitations,
    api_clients,
    api_client,
    api_client_secrets,
    audit,
    settings,
)


def console_blueprint() -> Blueprint:
    """Return the pages for people who are signed in."""
    views = Blueprint("console", __name__)
    for page in (*_OF_ACCOUNTS, *_OF_ORGANIZATIONS):
        page.add_to(views)
    views.app_context_processor(switcher.present)
    return views
