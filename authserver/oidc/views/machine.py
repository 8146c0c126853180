"""One view for all machine endpoints, so that the Flask application is complete on any WSGI server."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, request
from werkzeug.routing import Rule

from authserver.oidc.messages.machine import Answer
from authserver.web.site import own_units

Serve = Callable[[str, dict[str, Any]], Answer]
"""From a path and a WSGI environment to the answer, in one unit of work."""


def add_machine_views(app: Flask, paths: Iterable[str], serve: Serve) -> None:
    """Route each path to the one view, with every method: which of them it takes, the endpoint says."""

    def machine() -> Response:
        answer = serve(request.path, request.environ)
        return Response(answer.body, answer.status, list(answer.headers))

    # `serve` is a unit of work itself.
    app.view_functions["machine"] = own_units(machine)
    # A path is exact: no redirect leads to a machine endpoint, which clients would follow with their secret.
    app.url_map.merge_slashes = False
    for path in paths:
        app.url_map.add(Rule(path, endpoint="machine", methods=None, strict_slashes=True))
