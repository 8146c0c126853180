"""What the routes need; made once per application by `provider`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from authserver.management.authentication import Authentication
from authserver.management.cursors import Cursors

EXTENSION = "management"


@dataclass(frozen=True, slots=True)
class Services:
    """Who calls, from where browsers may, and the key of cursors."""

    authenticate: Authentication
    origins: Callable[[], frozenset[str]]
    cursors: Cursors


def bind(app: Flask, made: Services) -> None:
    """Give an application its services."""
    app.extensions[EXTENSION] = made


def services() -> Services:
    """Return the services of the application that handles the request."""
    return cast("Services", current_app.extensions[EXTENSION])
