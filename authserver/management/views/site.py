"""All routes of the API in one table, and what is served at every other address below `/api`."""

from typing import Any

import structlog
from flask import Blueprint, Response, current_app, g, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule

from authserver.extensions import csrf
from authserver.management import cross_origin
from authserver.management.answers import refused
from authserver.management.document import document_of, new_document
from authserver.management.door import View, admit, guarded, view_of
from authserver.management.problems import NOWHERE, Problem
from authserver.management.route import PREFIX, Routes
from authserver.management.views import (
    api_clients,
    invitations,
    members,
    organizations,
    permissions,
    secrets,
)
from authserver.web.errors import DATABASE_AWAY, RETRY_AFTER
from authserver.web.requests import from_anywhere

ROUTES: Routes = (
    *organizations.ROUTES,
    *members.ROUTES,
    *invitations.ROUTES,
    *api_clients.ROUTES,
    *secrets.ROUTES,
    *permissions.ROUTES,
)

NAME = "management"
EVERYWHERE = ("/api", "/api/<path:anything>")

log = structlog.get_logger()


def management_blueprint() -> Blueprint:
    """Return all that is served below `/api`."""
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

    @from_anywhere
    def document() -> Response:
        """The OpenAPI document."""
        made = document_of(documented, ROUTES, str(current_app.config["ISSUER"]))
        answer = Response(made, content_type="application/json")
        answer.headers["Cache-Control"] = "public, max-age=300"
        # Anybody may read it, from any page.
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer

    views.add_url_rule(
        f"{PREFIX}/openapi.json", "document", document, methods=["GET"], provide_automatic_options=False
    )
    views.record(_serve_nothing_else)
    _answer_faults(views)
    # No cookie says anything here: there is nothing that another site could ride on.
    csrf.exempt(views)
    return views


def _serve_nothing_else(state: BlueprintSetupState) -> None:
    """Answer every other path and every other method: whoever has no token learns nothing of either."""
    known = Map([Rule(route.rule, methods=[route.method], endpoint=route.name) for route in ROUTES])
    served = known.bind("")

    def nothing(**_parts: Any) -> Response:
        if cross_origin.is_preflight():
            return cross_origin.preflight()
        admit({}, "signed in")
        try:
            served.match(request.path, request.method)
        except MethodNotAllowed as refusal:
            allowed = ", ".join(sorted(refusal.valid_methods or ()))
            raise Problem(405, "This can't be done here.", (("Allow", allowed),)) from None
        except HTTPException:
            raise Problem(404, NOWHERE) from None
        raise NotFound

    state.app.view_functions[f"{NAME}.nothing"] = guarded(nothing)
    for path in EVERYWHERE:
        state.app.url_map.add(Rule(path, endpoint=f"{NAME}.nothing", methods=None, strict_slashes=True))


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

    for kind in DATABASE_AWAY:
        views.register_error_handler(kind, away)
    views.register_error_handler(IntegrityError, changed)
    views.register_error_handler(Exception, unexpected)


__all__ = ["ROUTES", "View", "management_blueprint"]
