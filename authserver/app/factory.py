"""Making the Flask application, complete by itself on any WSGI server."""

from flask import Flask

from authserver import blueprints
from authserver.base.subkeys import derive
from authserver.config import Settings
from authserver.oidc.messages.machine import MAX_BODY
from authserver.oidc.views.machine import add_machine_views
from authserver.provider import wiring
from authserver.provider.machine_site import MachineSite
from authserver.web import database, errors, requests
from authserver.web.metrics import RequestMeter
from authserver.web.security_headers import for_machines


def create_app(settings: Settings) -> Flask:
    """Return an application for a configuration. Opens no connection."""
    app = Flask("authserver", static_folder=None)
    app.config.update(
        ISSUER=settings.issuer,
        DEBUG=settings.debug,
        # Cookies and CSRF tokens have a key of their own, derived from the master key.
        SECRET_KEY=derive(settings.master_key.get_secret_value(), "cookies"),
        MAX_CONTENT_LENGTH=MAX_BODY,
    )
    database.bind(app, settings)
    provider = wiring.build(settings)
    meter = RequestMeter()
    site = MachineSite(
        app, provider.endpoints, for_machines(settings.issuer), settings.trusted_proxy_hops, meter
    )
    app.extensions["settings"] = settings
    app.extensions["provider"] = provider
    app.extensions["machine_site"] = site
    add_machine_views(app, site.endpoints, site.serve)
    requests.install(app, settings, meter, frozenset(site.endpoints))
    errors.install(app)
    blueprints.register(app, settings)
    return app
