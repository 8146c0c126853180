"""All pages of the protocol."""

from flask import Blueprint, Flask

from authserver.extensions import csrf
from authserver.oidc.views import authorize, consent, end_session
from authserver.oidc.views.waiting import resolve
from authserver.web import continuation


def register(app: Flask) -> None:
    """Register the front channel: where applications send people, and what these see."""
    views = Blueprint("oidc", __name__)
    for page in (authorize, consent, end_session):
        page.add_to(views)
    app.register_blueprint(views)
    for endpoint in ("oidc.authorize_post", "oidc.end_session_post"):
        # Other sites may post here; what they say is checked like a link, and changes nothing by itself.
        csrf.exempt(app.view_functions[endpoint])
    continuation.add_resolver(app, resolve)
