"""The application without its routes: database, keys, letters and services, as commands need them."""

from authserver.base import paths
from authserver.base.subkeys import derive
from authserver.config import Settings
from authserver.management import services as management
from authserver.oidc import reactions
from authserver.oidc.messages.machine import MAX_BODY
from authserver.oidc.views import services as oidc
from authserver.provider import people, wiring
from authserver.web import database, pages
from authserver.web.cookies import prefixed
from authserver.web.site import Site


def create_core(settings: Settings) -> Site:
    """Return an application that serves nothing yet. Opens no connection. Raises ConfigurationError."""
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
    app.extensions["settings"] = settings
    app.extensions["provider"] = provider
    pages.install(app, settings)
    people.install(app, settings)
    oidc.bind(app, provider.pages)
    management.bind(app, provider.management)
    reactions.connect()
    return app
