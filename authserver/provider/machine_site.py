"""All machine endpoints behind one call: from a WSGI environment to an answer, in one unit of work."""

import time
from typing import Any

import structlog
from flask import Flask

from authserver.oidc.errors import OAuthError, Wire
from authserver.oidc.messages.error import error_answer
from authserver.oidc.messages.machine import Answer, Endpoint, MachineRequest, read_request
from authserver.web.errors import DATABASE_AWAY, RETRY_AFTER
from authserver.web.metrics import RequestMeter
from authserver.web.request_id import HEADER, request_id
from authserver.web.unit_of_work import repeated

log = structlog.get_logger()

TOO_MANY = 429
"""What is throttled is counted and not told: whoever floods the server must not flood its log."""

_AWAY = OAuthError(
    "temporarily_unavailable",
    "The server can not answer now.",
    Wire(503, (("Retry-After", str(RETRY_AFTER)),)),
)
_BROKEN = OAuthError("server_error", "The server met an unexpected condition.", Wire(500))


class MachineSite:
    """Serves endpoints by path. Both doors, Flask's view and the lean one, call `serve`."""

    def __init__(
        self,
        app: Flask,
        endpoints: dict[str, Endpoint],
        common_headers: tuple[tuple[str, str], ...],
        trusted_hops: int,
        meter: RequestMeter,
    ) -> None:
        """Take the endpoints and what every answer carries."""
        self.endpoints = endpoints
        self._app = app
        self._common = common_headers
        self._hops = trusted_hops
        self._meter = meter

    def serve(self, path: str, environ: dict[str, Any]) -> Answer:
        """Return the answer of an endpoint, whatever happens; raises nothing."""
        began = time.perf_counter()
        its_id = request_id(environ, self._hops)
        answer = self._answer(self.endpoints[path], environ, its_id)
        self._meter.observe(path, answer.status, time.perf_counter() - began)
        return Answer(answer.status, (*answer.headers, *self._common, (HEADER, its_id)), answer.body)

    def _answer(self, endpoint: Endpoint, environ: dict[str, Any], its_id: str) -> Answer:
        try:
            request = read_request(environ, its_id, self._hops)
            return repeated(self._app, lambda: _decide(endpoint, request))
        except DATABASE_AWAY as error:
            # An outage is told in one line, without the trace that says nothing new.
            log.error(  # noqa: TRY400
                "database.away", error=type(error).__name__, cause=str(error.__cause__), request_id=its_id
            )
            return error_answer(_AWAY)
        except Exception:
            log.exception("request.failed", request_id=its_id)
        return error_answer(_BROKEN)


def _decide(endpoint: Endpoint, request: MachineRequest) -> Answer:
    try:
        return endpoint(request)
    except OAuthError as refusal:
        # A refusal is an answer: what was written on the way to it (a counter, an audit event) is committed.
        if refusal.wire.status != TOO_MANY:
            _tell(refusal, request)
        return error_answer(refusal)


def _tell(refusal: OAuthError, request: MachineRequest) -> None:
    log.info(
        "request.refused",
        error=refusal.code,
        description=refusal.description,
        detail=refusal.detail,
        client_id=refusal.client_id,
        source=request.source,
        request_id=request.request_id,
    )
