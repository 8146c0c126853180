"""The example with a stand-in for security events: a file in which the ids of revoked clients stand."""

import logging
import os
from pathlib import Path

from starlette.applications import Starlette

from examples.webapi.app import create_app
from examples.webapi.settings import from_environment
from examples.webapi.tokens import Claims


def from_variables() -> Starlette:
    """Return the application that follows the file."""
    logging.basicConfig(level=logging.INFO)
    file = Path(os.environ["REVOKED_CLIENTS"])

    def refuses(claims: Claims) -> str | None:
        revoked = file.read_text().split() if file.exists() else []
        return "its client was revoked" if claims["client_id"] in revoked else None

    return create_app(from_environment(), refuses)
