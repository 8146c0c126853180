"""What the pages of the protocol need; made once per application by `provider`."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from authserver.oidc.endpoints.authorize import AuthorizationEndpoint
from authserver.oidc.logout.request import LogoutRequests
from authserver.throttle.arrivals import Arrivals

EXTENSION = "oidc"


@dataclass(frozen=True, slots=True)
class Services:
    """The logic behind the pages."""

    authorization: AuthorizationEndpoint
    logout_requests: LogoutRequests
    arrivals: Arrivals


def bind(app: Flask, made: Services) -> None:
    """Give an application its services."""
    app.extensions[EXTENSION] = made


def services() -> Services:
    """Return the services of the application that handles the request."""
    return cast("Services", current_app.extensions[EXTENSION])
