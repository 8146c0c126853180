"""Who may come in, and whether they may stay: the token of a request, and of a connection that is open."""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import HTTPConnection

from .refusals import insufficient, invalid, malformed, missing
from .settings import Settings
from .tokens import LEEWAY, Claims, Verifier

Refuses = Callable[[Claims], str | None]
"""Why the claims of a genuine token are refused nevertheless, or None: asked of what follows the server's
security events. It answers from memory, at once, from any thread."""

_BEARER = re.compile(r"(?i:bearer) +(\S+)")

log = logging.getLogger(__name__)


def nothing_is_revoked(_claims: Claims) -> str | None:
    """Stand in for security events where nobody follows them: a token is good until it expires."""
    return None


class Ending(StrEnum):
    """Why somebody who was let in has to go."""

    REVOKED = "The token was revoked."
    EXPIRED = "The token is expired."


@dataclass(frozen=True)
class Caller:
    """Who asks, and for which organization."""

    claims: Claims
    organization: str

    @property
    def identity(self) -> tuple[str, str]:
        """The client, and for whom it acts."""
        return self.claims["client_id"], self.claims["sub"]


class Guard:
    """Admits callers, and tells when one that was admitted has to go."""

    def __init__(self, settings: Settings, verifier: Verifier, refuses: Refuses) -> None:
        self._settings = settings
        self._verifier = verifier
        self._refuses = refuses

    async def admit(self, connection: HTTPConnection, *parameters: str) -> Caller:
        """Return whose token a request carries, in its header or in a parameter that is named here.

        Raises:
            RefusedError: none, a bad one, or one that doesn't allow this.
            KeysUnavailableError: the issuer can't be asked for its keys.
        """
        claims = await self._verifier.claims(_token(connection, parameters))
        if why := self._refuses(claims):
            log.info("refused %s: %s", claims["client_id"], why)
            raise invalid(Ending.REVOKED)
        return self._allowed(claims)

    def ending(self, caller: Caller) -> Ending | None:
        """Return why a caller that was admitted may not stay, or None."""
        if why := self._refuses(caller.claims):
            log.info("cut off %s: %s", caller.claims["client_id"], why)
            return Ending.REVOKED
        # Events are told for as long as tokens live; a connection that outlives its token would miss them.
        if time.time() >= caller.claims["exp"] + LEEWAY:
            return Ending.EXPIRED
        return None

    def _allowed(self, claims: Claims) -> Caller:
        if self._settings.scope not in claims["scope"].split(" "):
            raise insufficient("The scope is missing.", self._settings.scope)
        organization = claims.get("org_id")
        # People choose whom they act for with the scope `organization`; API clients belong to one.
        if not isinstance(organization, str):
            raise insufficient("The token acts for no organization.", f"{self._settings.scope} organization")
        if not self._permitted(claims.get("permissions")):
            raise insufficient(
                f"The permission {self._settings.permission} is missing.", self._settings.scope
            )
        return Caller(claims, organization)

    def _permitted(self, permissions: object) -> bool:
        # Whoever holds none has no such claim, also an API client that lost its last: absence means none.
        return isinstance(permissions, list) and self._settings.permission in permissions


def _token(connection: HTTPConnection, parameters: tuple[str, ...]) -> str:
    found = [
        match[1]
        for header in connection.headers.getlist("authorization")
        if (match := _BEARER.fullmatch(header.strip()))
    ]
    found += [value for name in parameters for value in connection.query_params.getlist(name)]
    if not found:
        raise missing()
    # RFC 6750 section 2: MUST NOT be sent in more than one way.
    if len(found) > 1:
        raise malformed("There is more than one token.")
    return found[0]
