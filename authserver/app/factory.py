"""Making the Flask application, complete by itself on any WSGI server."""

from flask import Flask

from authserver import blueprints
from authserver.base import paths
from authserver.base.subkeys import derive
from authserver.config import Settings
from authserver.extensions import csrf
from authserver.management import services as management
from authserver.oidc import reactions
from authserver.oidc.messages.machine import MAX_BODY
from authserver.oidc.views import blueprint as pages_of_the_protocol
from authserver.oidc.views import services as oidc
from authserver.oidc.views.machine import add_machine_views
from authserver.provider import people, wiring
from authserver.provider.machine_site import MachineSite
from authserver.web import database, errors, pages, requests
from authserver.web.cookies import prefixed
from authserver.web.metrics import RequestMeter
from authserver.web.security_headers import for_machines
from authserver.web.site import Site


def create_app(settings: Settings) -> Flask:
    """Return an application for a configuration. Opens no connection."""
    app = Site("authserver", static_folder=None, template_folder=str(paths.templates()))
    https = settings.issuer.startswith("https://")
    app.config.update(
        ISSUER=settings.issuer,
        DEBUG=settings.debug,
        # Cookies and CSRF tokens have a key of their own, derived from the master key.
        SECRET_KEY=derive(settings.master_key.get_secret_value(), "cookies"),
        # The signed cookie of forms: their CSRF token and where to go on to. Nobody is known by it.
        SESSION_COOKIE_NAME=prefixed("form", https=https),
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_SAMESITE="Lax",
        # Not Flask's: how other sites' frames see who is signed in.
        SIGNED_IN_SAMESITE=settings.session_same_site.capitalize(),
        # The token lasts as long as that cookie, and pages send no Referer that could be compared.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
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
    csrf.init_app(app)
    csrf.exempt(app.view_functions["machine"])
    errors.install(app)
    pages.install(app, settings)
    people.install(app, settings)
    oidc.bind(app, provider.pages)
    management.bind(app, provider.management)
    reactions.connect()
    blueprints.register(app, settings)
    pages_of_the_protocol.register(app)
    return app
