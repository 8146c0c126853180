"""All pages of the console."""

from flask import Blueprint

from authserver.console.operator import accounts as admin_accounts
from authserver.console.operator import applications as admin_applications
from authserver.console.operator import audit as admin_audit
from authserver.console.operator import keys as admin_keys
from authserver.console.operator import mail as admin_mail
from authserver.console.operator import members as admin_members
from authserver.console.operator import organizations as admin_organizations
from authserver.console.operator import overview as admin
from authserver.console.operator import resources as admin_resources
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
_OF_OPERATORS = (
    admin,
    admin_accounts,
    admin_organizations,
    admin_members,
    admin_applications,
    admin_resources,
    admin_keys,
    admin_mail,
    admin_audit,
)


def console_blueprint() -> Blueprint:
    """Return the pages for people who are signed in."""
    views = Blueprint("console", __name__)
    for page in (*_OF_ACCOUNTS, *_OF_ORGANIZATIONS, *_OF_OPERATORS):
        page.add_to(views)
    views.app_context_processor(switcher.present)
    return views
