"""The REST part: what an organization has, in the shapes that the published clients read."""

import secrets
from datetime import UTC, datetime
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .guard import Caller, Guard
from .platforms import TradePlatform, TradePlatforms, timestamp

NO_STORE = {"Cache-Control": "no-store"}


class Rest:
    """The endpoints under `/api`; each admits its caller first, and sees only that organization."""

    def __init__(self, guard: Guard, platforms: TradePlatforms) -> None:
        self._guard = guard
        self._platforms = platforms

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/api/Organizations", self.organizations),
            Route("/api/TradePlatforms", self.trade_platforms),
            Route("/api/TradePlatforms/{platform}/Ping", self.ping),
            Route("/api/v2/MT4/{platform}/ServerTime", partial(self.server_time, "MT4")),
            Route("/api/v2/MT5/{platform}/ServerTime", partial(self.server_time, "MT5")),
        ]

    async def organizations(self, request: Request) -> Response:
        """Return the one organization that the token acts for; its name only where the token says it."""
        caller = await self._guard.admit(request)
        return _json([{"id": caller.organization, "name": caller.claims.get("org_name")}])

    async def trade_platforms(self, request: Request) -> Response:
        """Return the trade platforms, as a plain array."""
        caller = await self._guard.admit(request)
        found = await run_in_threadpool(self._platforms.of, caller.organization)
        return _json([platform.document() for platform in found])

    async def ping(self, request: Request) -> Response:
        """Return whether a trade platform answers; simulated ones do."""
        caller = await self._guard.admit(request)
        if await self._find(request, caller) is None:
            raise HTTPException(404, "There is no such trade platform.")
        return _json({"connected": True})

    async def server_time(self, kind: str, request: Request) -> Response:
        """Return the clock of a trade server, in the envelope of version 2."""
        caller = await self._guard.admit(request)
        if await self._find(request, caller, kind) is None:
            return _envelope(error="NotFound")
        return _envelope(timestamp(datetime.now(UTC)))

    async def _find(self, request: Request, caller: Caller, kind: str | None = None) -> TradePlatform | None:
        identity = request.path_params["platform"].lower()
        return await run_in_threadpool(self._platforms.find, caller.organization, identity, kind)


def _json(document: object) -> Response:
    return JSONResponse(document, headers=NO_STORE)


def _envelope(data: object = None, error: str = "") -> Response:
    # Version 2 always answers 200 and tells a failure inside; clients read the envelope, not the status.
    failure = {"code": error, "managerCode": None, "message": "There is no such trade platform."}
    meta = {"activityId": secrets.token_hex(16)}
    return _json({"data": data, "error": failure if error else None, "meta": meta})
