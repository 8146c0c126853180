"""The lean WSGI door in front of Flask: machine paths go straight to their endpoint, the rest to Flask.

Flask and Werkzeug cost several times what a token costs; docs/performance.md has the figures. Both doors call
the same MachineSite, and the same contract tests hold for both.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from authserver.provider.machine_site import MachineSite

StartResponse = Callable[[str, list[tuple[str, str]]], object]
Wsgi = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_WITHOUT_BODY = (204, 304)


class LeanDoor:
    """A WSGI application: exact path, bounded body, one call, one answer."""

    def __init__(self, others: Wsgi, site: MachineSite) -> None:
        """Take who serves all other paths, and the machine endpoints."""
        self._others = others
        self._site = site
        self._paths = frozenset(site.endpoints)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        path = environ["PATH_INFO"]
        if path not in self._paths:
            return self._others(environ, start_response)
        answer = self._site.serve(path, environ)
        headers = list(answer.headers)
        if answer.status not in _WITHOUT_BODY:
            headers.append(("Content-Length", str(len(answer.body))))
        start_response(_STATUS_LINES[answer.status], headers)
        # RFC 9110 section 9.3.2: HEAD has the headers of GET, its Content-Length too, and no content.
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]
