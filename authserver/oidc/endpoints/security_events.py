"""The feed of security events: what an API that verifies tokens offline asks for every few seconds.

docs/security-events.md describes it for whoever reads it.
"""

from dataclasses import dataclass
from urllib.parse import parse_qs

import orjson

from authserver.base.clock import Clock
from authserver.clients.resource import ResourceCaller
from authserver.oidc.client_auth.authentication import ClientAuthentication
from authserver.oidc.client_auth.credentials import CHALLENGE, credentials
from authserver.oidc.endpoints.document import matches
from authserver.oidc.errors import OAuthError, Wire, invalid_request
from authserver.oidc.messages.machine import Answer, MachineRequest
from authserver.oidc.messages.security_event import KEPT, FeedPage, Published
from authserver.oidc.ports import Keys, SecurityEvents
from authserver.oidc.vocabulary import SECURITY_EVENTS_TYPE

MOST = 250
"""Events of one answer; whoever is further behind asks again at once."""

ROOM = 64 * 1024
"""Bytes of events in one answer, before they are encoded and signed; a larger event comes alone.

With that a usual page is below 90,000 characters. Libraries that verify signatures refuse large texts, some
from 128,000 characters on.
"""

FRESH = 300
"""Seconds for which a signed answer is good: an old one must not be shown again as the newest."""

METHODS = "GET, HEAD"
Said = dict[str, object]
_LONGEST_PLACE = 18


@dataclass(frozen=True, slots=True)
class SecurityEventFeed:
    """Answers API resources, each about tokens that may be made out to it and about no others."""

    issuer: str
    authenticate: ClientAuthentication
    events: SecurityEvents
    keys: Keys
    clock: Clock

    def __call__(self, request: MachineRequest) -> Answer:
        """Return a signed page of events, or 304 to who has it (RFC 9110 section 13.1.2).

        Raises OAuthError.
        """
        if request.method not in ("GET", "HEAD"):
            raise invalid_request("The feed takes GET only.", 405, (("Allow", METHODS),))
        caller = self._caller(request)
        after = _after(request.query)
        # One more than is told says whether there is more.
        page = self.events.page(caller.id, after, MOST + 1)
        # Such a place was lost: the database was set back. What comes there now is not what was seen.
        if after > page.head:
            raise invalid_request("after is beyond what was ever told; begin without it.")
        told = _fitting(page.events)
        place, more = _end(page, len(told), after)
        headers = _headers(place, more=more)
        if request.if_none_match and matches(request.if_none_match, headers[0][1]):
            return Answer(304, headers)
        said = self._said(caller, told) | {"after": str(after), "next": str(place), "more": more}
        signed = self.keys.signer(caller.algorithm).sign(SECURITY_EVENTS_TYPE, said)
        media_type = ("Content-Type", f"application/{SECURITY_EVENTS_TYPE}")
        # The answer to HEAD is that to GET; the door leaves its content out (RFC 9110 section 9.3.2).
        return Answer(200, (*headers, media_type), signed.encode())

    def _caller(self, request: MachineRequest) -> ResourceCaller:
        if not request.authorization:
            # RFC 9110 section 11.6.1: a 401 MUST say how to authenticate.
            raise OAuthError("invalid_client", "Client authentication is missing.", Wire(401, (CHALLENGE,)))
        presented = credentials(request.authorization, {})
        caller = self.authenticate(presented, request.source, request.request_id)
        if not isinstance(caller, ResourceCaller):
            raise OAuthError(
                "unauthorized_client", "The feed is for API resources.", Wire(403), client_id=caller.id
            )
        return caller

    def _said(self, caller: ResourceCaller, told: list[Said]) -> dict[str, object]:
        now = self.clock()
        return {
            "iss": self.issuer,
            "aud": caller.audience,
            "iat": now,
            "exp": now + FRESH,
            "window": KEPT,
            "security_events": told,
        }


def _after(query: str) -> int:
    """Return the place from behind which is asked, 0 for all there is."""
    try:
        places = parse_qs(query, keep_blank_values=True, max_num_fields=10).get("after", ["0"])
    except ValueError as error:
        raise invalid_request("The query can not be read.") from error
    (place, *more) = places
    if more or not (place.isascii() and place.isdigit() and len(place) <= _LONGEST_PLACE):
        raise invalid_request("after is what next was in an answer before.")
    return int(place)


def _fitting(events: list[Published]) -> list[Said]:
    """Return what is said of the first events: of as many as one answer takes, of one at least."""
    told: list[Said] = []
    room = ROOM
    for each in events[:MOST]:
        said = each.said()
        room -= len(orjson.dumps(said))
        if told and room < 0:
            break
        told.append(said)
    return told


def _end(page: FeedPage, told: int, after: int) -> tuple[int, bool]:
    """Return the place of the last event that is told, and whether more may come behind it."""
    if told == len(page.events) and page.waiting:
        # All up to there was told. A place further on shows who asks that asking leads somewhere.
        return page.head, True
    return page.events[told - 1].position if told else after, told < len(page.events)


def _headers(place: int, *, more: bool) -> tuple[tuple[str, str], ...]:
    return (
        # RFC 9110 section 8.8.1: weak, for each answer is signed anew.
        ("ETag", f'W/"{place}{"+" if more else ""}"'),
        # Each API has its own; whoever keeps it asks before using it.
        ("Cache-Control", "private, no-cache"),
        ("Vary", "Authorization"),
    )
