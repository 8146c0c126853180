"""The application: settings in, ASGI out. Everything is put together here and nowhere else."""

import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.websockets import WebSocket

from examples.security_events import Follower

from .guard import Guard, Refuses, nothing_is_revoked
from .keys import Keys, KeysUnavailableError
from .platforms import TradePlatforms
from .realtime import Realtime
from .refusals import RefusedError
from .rest import Rest
from .settings import Settings, from_environment
from .tokens import Verifier

WELCOME = """\
WebAPI, an example. It trusts tokens of {issuer} for the audience {audience}:

  curl -H "Authorization: Bearer $TOKEN" {base}api/TradePlatforms
"""


def create_app(settings: Settings, refuses: Refuses = nothing_is_revoked) -> Starlette:
    """Return the application; `refuses` says which genuine tokens were revoked meanwhile."""
    keys = Keys(settings.issuer, settings.algorithm)
    guard = Guard(settings, Verifier(settings, keys), refuses)
    platforms = TradePlatforms(settings.trade_platforms)

    async def welcome(request: Request) -> Response:
        words = {"issuer": settings.issuer, "audience": settings.audience, "base": request.base_url}
        return PlainTextResponse(WELCOME.format(**words))

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(keys.follow)
            yield
            tasks.cancel_scope.cancel()

    return Starlette(
        routes=[
            Route("/", welcome),
            *Rest(guard, platforms).routes(),
            *Realtime(guard, platforms).routes(),
        ],
        middleware=[_cors(settings)],
        exception_handlers={
            RefusedError: _refused,
            KeysUnavailableError: _unavailable,
            HTTPException: _failed,
        },
        lifespan=lifespan,
    )


def from_variables() -> Starlette:
    """Return the application as the environment describes it, in a process of its own."""
    logging.basicConfig(level=logging.INFO)
    settings = from_environment()
    return create_app(settings, _follow(settings))


def _follow(settings: Settings) -> Refuses:
    if not settings.secret:
        logging.getLogger(__name__).warning("nobody follows security events: WEBAPI_SECRET is not set")
        return nothing_is_revoked
    # Its thread ends with the process.
    return (
        Follower(
            settings.issuer, audience=settings.audience, resource=settings.resource, secret=settings.secret
        )
        .start()
        .refuses
    )


def _cors(settings: Settings) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "X-Requested-With", "X-SignalR-User-Agent"],
        expose_headers=["WWW-Authenticate"],
        # SignalR's client asks with credentials; there are none here, not one cookie.
        allow_credentials=True,
        max_age=600,
    )


# Starlette hands requests and WebSockets to the same handlers, and types them as either.
async def _refused(connection: Any, error: Any) -> Any:
    return await _answered(connection, error.answer())


async def _unavailable(connection: Any, _error: Any) -> Any:
    busy = JSONResponse({"error": "temporarily_unavailable"}, 503, {"Retry-After": "5"})
    return await _answered(connection, busy)


async def _failed(connection: Any, error: Any) -> Any:
    return await _answered(
        connection, JSONResponse({"error": error.detail}, error.status_code, error.headers)
    )


async def _answered(connection: HTTPConnection, answer: Response) -> Response | None:
    # A WebSocket that was not accepted yet is answered as the request that it still is.
    if isinstance(connection, WebSocket):
        await connection.send_denial_response(answer)
        return None
    return answer
