"""What every Flask request gets: an id, a measured time, the headers of security; and what pages refuse."""

import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request

from authserver.config import Settings
from authserver.config.server import LOOPBACK
from authserver.web.metrics import RequestMeter
from authserver.web.request_id import HEADER, request_id
from authserver.web.security_headers import for_machines

FOR_PROBES = ("health", None)
"""Blueprints whose callers name the server as they like: probes, and (None) the machine endpoints."""

FROM_ELSEWHERE = ("cross-site", "same-site")


_FROM_ANYWHERE = "from_anywhere"

P = ParamSpec("P")
R = TypeVar("R")


def from_anywhere(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that the protocol lets other sites post to; it must change nothing by that alone."""
    setattr(view, _FROM_ANYWHERE, True)
    return view


def install(app: Flask, settings: Settings, meter: RequestMeter, measured_elsewhere: frozenset[str]) -> None:
    """Hook into an application's requests; the machine paths bring all of this themselves."""
    headers = for_machines(settings.issuer)
    hosts = _hosts(settings)

    def begin() -> None:
        g.request_id = request_id(request.environ, settings.trusted_proxy_hops)
        g.began = time.perf_counter()

    def refuse() -> None:
        if request.blueprint in FOR_PROBES:
            return
        # A name that is not ours: a poisoned Host header, or a page of somebody else that was rebound to us.
        if _hostname(request.environ.get("HTTP_HOST", "")) not in hosts:
            abort(400)
        if getattr(app.view_functions.get(request.endpoint or ""), _FROM_ANYWHERE, False):
            return
        # ASVS 3.5.1: forms are posted by our own pages. Browsers say so; the CSRF token proves it.
        if request.method == "POST" and request.headers.get("Sec-Fetch-Site") in FROM_ELSEWHERE:
            abort(403)

    def finish(response: Response) -> Response:
        if request.path in measured_elsewhere:
            return response
        for name, value in headers:
            response.headers.setdefault(name, value)
        # ASVS 14.3.2: what people see is kept by nobody. What may be kept says so itself.
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers[HEADER] = g.request_id
        meter.observe(request.endpoint or "unknown", response.status_code, time.perf_counter() - g.began)
        return response

    app.before_request(begin)
    app.before_request(refuse)
    app.after_request(finish)


def _hosts(settings: Settings) -> frozenset[str]:
    own = str(urlsplit(settings.issuer).hostname)
    return frozenset((own, *LOOPBACK) if settings.mode == "development" else (own,))


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
