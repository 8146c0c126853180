"""All routes of the API in one table, and what is served at every other address below `/api`."""

from functools import cache
from typing import Any

import structlog
from flask import Blueprint, Response, g, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter, Map, MapAdapter, Rule

from authserver.extensions import csrf
from authserver.management import cross_origin
from authserver.management.answers import refused
from authserver.management.document import new_document
from authserver.management.door import admit, guarded, view_of
from authserver.management.problems import NOWHERE, Problem
from authserver.management.route import Routes
from authserver.management.views import (
    api_clients,
    audit,
    invitations,
    members,
    organizations,
    permissions,
    secrets,
)
from authserver.management.views.documents import add_documents
from authserver.web.errors import DATABASE_AWAY, RETRY_AFTER

ROUTES: Routes = (
    *organizations.ROUTES,
    *members.ROUTES,
    *invitations.ROUTES,
    *api_clients.ROUTES,
    *secrets.ROUTES,
    *permissions.ROUTES,
    *audit.ROUTES,
)

NAME = "management"
EVERYWHERE = ("/api", "/api/<anything:path>")

log = structlog.get_logger()


class Anything(BaseConverter):
    """The rest of a path, whatever it is; what Werkzeug calls a path begins with no slash."""

    # Newlines too: nothing below `/api` is answered by anybody else.
    regex = r"(?s:.*?)"
    part_isolating = False


@cache
def management_blueprint() -> Blueprint:
    """Return all that is served below `/api`; made once, it serves every application of this process."""
    views = Blueprint(NAME, __name__)
    documented = new_document()
    for route in ROUTES:
        views.add_url_rule(
            route.rule,
            route.name,
            view_of(route, documented),
            methods=[route.method],
            provide_automatic_options=False,
        )

    add_documents(views, documented, ROUTES)
    views.record(_serve_nothing_else)
    _answer_faults(views)
    # No cookie says anything here: there is nothing that another site could ride on.
    csrf.exempt(views)
    return views


def _serve_nothing_else(state: BlueprintSetupState) -> None:
    """Answer every other path and every other method: whoever has no token learns nothing of either."""
    served = _served()

    def nothing(**_parts: Any) -> Response:
        if cross_origin.is_preflight():
            return cross_origin.preflight()
        admit("signed in")
        try:
            served.match(request.path, request.method)
        except MethodNotAllowed as refusal:
            allowed = ", ".join(sorted(refusal.valid_methods or ()))
            raise Problem(405, "This can't be done here.", (("Allow", allowed),)) from None
        except HTTPException:
            raise Problem(404, NOWHERE) from None
        raise NotFound

    state.app.view_functions[f"{NAME}.nothing"] = guarded(nothing)
    state.app.url_map.converters["anything"] = Anything
    for path in EVERYWHERE:
        state.app.url_map.add(Rule(path, endpoint=f"{NAME}.nothing", methods=None, strict_slashes=True))


@cache
def _served() -> MapAdapter:
    """Return what tells a path that is served from one that is not, and a method from another."""
    known = Map([Rule(route.rule, methods=[route.method], endpoint=route.name) for route in ROUTES])
    return known.bind("")


def _answer_faults(views: Blueprint) -> None:
    """Let what breaks be told as a problem too; it was rolled back."""

    def away(error: Exception) -> Response:
        log.error("database.away", error=type(error).__name__, request_id=g.get("request_id", ""))
        retry = (("Retry-After", str(RETRY_AFTER)),)
        return refused(Problem(503, "The server can't answer now. Try again in a moment.", retry))

    def changed(error: Exception) -> Response:
        log.warning("database.changed", error=type(error).__name__, request_id=g.get("request_id", ""))
        return refused(Problem(409, "Something was changed meanwhile. Try again."))

    def unexpected(error: Exception) -> Response:
        log.error("request.failed", exc_info=error, request_id=g.get("request_id", ""))
        return refused(Problem(500, "Something went wrong on our side. It was noted."))

    def broken_off(error: HTTPException) -> Response:
        return refused(Problem(error.code or 500, "This request was refused."))

    views.register_error_handler(HTTPException, broken_off)
    for kind in DATABASE_AWAY:
        views.register_error_handler(kind, away)
    views.register_error_handler(IntegrityError, changed)
    views.register_error_handler(Exception, unexpected)
