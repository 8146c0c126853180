"""Making the Flask application, complete by itself on any WSGI server."""

from flask import Flask

from authserver import blueprints
from authserver.app.core import create_core
from authserver.config import Settings
from authserver.extensions import csrf
from authserver.oidc.views import blueprint as pages_of_the_protocol
from authserver.oidc.views.machine import add_machine_views
from authserver.provider.machine_site import MachineSite
from authserver.web import errors, requests
from authserver.web.metrics import RequestMeter
from authserver.web.security_headers import for_machines


def create_app(settings: Settings) -> Flask:
    """Return an application for a configuration. Opens no connection. Raises ConfigurationError."""
    app = create_core(settings)
    meter = RequestMeter()
    site = MachineSite(
        app,
        app.extensions["provider"].endpoints,
        for_machines(settings.issuer),
        settings.trusted_proxy_hops,
        meter,
    )
    app.extensions["machine_site"] = site
    add_machine_views(app, site.endpoints, site.serve)
    requests.install(app, settings, meter, frozenset(site.endpoints))
    csrf.init_app(app)
    csrf.exempt(app.view_functions["machine"])
    errors.install(app)
    blueprints.register(app, settings)
    pages_of_the_protocol.register(app)
    return app
