"""The site map of the Flask application."""

from flask import Flask

from authserver.accounts.views.blueprint import accounts_blueprint
from authserver.accounts.views.visitor import note_use, present
from authserver.clients.logo_views import logos_blueprint
from authserver.config import Settings
from authserver.console.views.blueprint import console_blueprint
from authserver.console.views.mailbox import mailbox_blueprint
from authserver.management.views.site import management_blueprint
from authserver.organizations.views import blueprint as organizations
from authserver.web.assets import assets_blueprint
from authserver.web.health import health_blueprint


def register(app: Flask, settings: Settings) -> None:
    """Register every blueprint."""
    app.register_blueprint(health_blueprint(settings))
    app.register_blueprint(assets_blueprint(settings))
    app.register_blueprint(accounts_blueprint())
    organizations.register(app)
    app.register_blueprint(console_blueprint())
    app.register_blueprint(logos_blueprint())
    app.register_blueprint(management_blueprint())
    if settings.mode == "development":
        app.register_blueprint(mailbox_blueprint(settings))
    app.context_processor(present)
    app.after_request(note_use)
