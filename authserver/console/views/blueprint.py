"""All pages of the console."""

from flask import Blueprint

from authserver.console.views import applications, close, email, home, overview, password, profile, sessions


def console_blueprint() -> Blueprint:
    """Return the pages for people who are signed in."""
    views = Blueprint("console", __name__)
    for page in (home, overview, profile, password, email, sessions, applications, close):
        page.add_to(views)
    return views
