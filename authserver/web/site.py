"""The Flask application of this server: each request is one unit of work, and ends with one commit."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from authserver.web.unit_of_work import UnitOfWork

P = ParamSpec("P")
R = TypeVar("R")

_OWN_UNITS = "units_of_its_own"


class Site(Flask):
    """Flask, with a unit of work around every view; a refusal is an answer and commits."""

    def dispatch_request(self) -> ResponseReturnValue:
        """Call the view that the address names."""
        if getattr(self.view_functions.get(request.endpoint or ""), _OWN_UNITS, False):
            return super().dispatch_request()
        with UnitOfWork(self):
            try:
                return super().dispatch_request()
            except HTTPException as refusal:
                return self.handle_http_exception(refusal)


def own_units(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that opens its units of work by itself, because it must not hold one all the time."""
    setattr(view, _OWN_UNITS, True)
    return view


def unit() -> UnitOfWork:
    """Return a new unit of work of the application that handles the request."""
    return UnitOfWork(current_app._get_current_object())  # type: ignore[attr-defined] # noqa: SLF001 - its only accessor
