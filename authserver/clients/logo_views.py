"""`/application-logos/<name>`: the logos of applications, served by us and kept by browsers for ever."""

from flask import Blueprint, Response, abort, request

from authserver.clients.logo import EXTENSIONS
from authserver.clients.store import logos
from authserver.web.assets import FOR_EVER


def logos_blueprint() -> Blueprint:
    """Return the view of logos."""
    views = Blueprint("application_logos", __name__)
    views.add_url_rule(f"{logos.PREFIX}<name>", view_func=_logo, endpoint="logo", methods=["GET"])
    return views


def _logo(name: str) -> Response:
    digest, _, extension = name.partition(".")
    found = logos.find(digest)
    if found is None or EXTENSIONS[found.media_type] != extension:
        abort(404)
    # The headers of machine answers, which every answer gets, forbid it to run, load or frame anything.
    answer = Response(found.content, content_type=found.media_type)
    answer.headers["Cache-Control"] = FOR_EVER
    answer.set_etag(digest)
    answer.make_conditional(request)
    return answer
