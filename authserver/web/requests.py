"""What every Flask request gets: an id, a measured time, and the headers of security."""

import time

from flask import Flask, Response, g, request

from authserver.config import Settings
from authserver.web.metrics import RequestMeter
from authserver.web.request_id import HEADER, request_id
from authserver.web.security_headers import for_machines


def install(app: Flask, settings: Settings, meter: RequestMeter, measured_elsewhere: frozenset[str]) -> None:
    """Hook into an application's requests; the machine paths bring all of this themselves."""
    headers = for_machines(settings.issuer)

    def begin() -> None:
        g.request_id = request_id(request.environ, settings.trusted_proxy_hops)
        g.began = time.perf_counter()

    def finish(response: Response) -> Response:
        if request.path in measured_elsewhere:
            return response
        for name, value in headers:
            response.headers.setdefault(name, value)
        response.headers[HEADER] = g.request_id
        meter.observe(request.endpoint or "unknown", response.status_code, time.perf_counter() - g.began)
        return response

    app.before_request(begin)
    app.after_request(finish)
