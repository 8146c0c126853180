"""All pages of this room."""

from flask import Blueprint, Flask

from authserver.organizations.views import invitation
from authserver.web import continuation


def register(app: Flask) -> None:
    """Register the page of an invitation, and what the sign-in page shows of one."""
    views = Blueprint("organizations", __name__)
    invitation.add_to(views)
    app.register_blueprint(views)
    continuation.add_resolver(app, invitation.resolve)
