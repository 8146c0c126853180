"""What API resources are told of tokens that ended before their time, and the rule by which they judge.

The words are those of the Shared Signals (CAEP, RISC and OAuth event types); what a verifier compares stands
beside them, so that it needs to know none of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from authserver.config.server import LONGEST_ACCESS_TOKEN
from authserver.oidc.vocabulary import OFFLINE_ACCESS

_EVENT = "https://schemas.openid.net/secevent/"
SESSION_REVOKED = f"{_EVENT}caep/event-type/session-revoked"
CLAIMS_CHANGED = f"{_EVENT}caep/event-type/token-claims-change"
ACCOUNT_DISABLED = f"{_EVENT}risc/event-type/account-disabled"
ACCOUNT_PURGED = f"{_EVENT}risc/event-type/account-purged"
TOKEN_REVOKED = f"{_EVENT}oauth/event-type/token-revoked"
TOKENS_REVOKED = f"{_EVENT}oauth/event-type/tokens-revoked"
CLIENT_DISABLED = f"{_EVENT}oauth/event-type/client-disabled"

SETTLING = 2
"""Seconds after an event can be seen in which a token may still say what held before it.

One for the short cache of clients, one for clocks of instances that differ and for parts of seconds.
"""

KEPT = LONGEST_ACCESS_TOKEN + 600
"""Seconds for which an event is told: until every token it speaks of has expired, also for slow clocks."""


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """One end of tokens: those whose claims agree with `match`, as far as they were issued before it."""

    type: str
    match: dict[str, str]
    """Claims and their values; of `jti` the beginning."""
    at: int
    """When it happened (Unix seconds)."""
    except_scope: str = ""
    """Tokens with this scope go on."""
    permissions: tuple[str, ...] | None = None
    """Tokens that say no more than these go on; None: none does."""


class Published(NamedTuple):
    """An event in its place in the feed, which it took when it could be seen (Unix seconds)."""

    position: int
    event: SecurityEvent
    published_at: int

    @property
    def issued_until(self) -> int:
        """The last second of issue of the tokens that it speaks of."""
        return self.published_at + SETTLING

    def said(self) -> dict[str, object]:
        """Return what the feed says of it."""
        event = self.event
        said: dict[str, object] = {
            "type": event.type,
            "toe": event.at,
            "match": event.match,
            "issued_until": self.issued_until,
        }
        if event.except_scope:
            said["except_scope"] = event.except_scope
        if event.permissions is not None:
            said["permissions"] = list(event.permissions)
        return said


class FeedPage(NamedTuple):
    """What comes behind a place in the feed, and the last place that was given to any event."""

    head: int
    events: list[Published]
    waiting: bool = False
    """Whether events have no place yet: more than one answer gives out at once."""


def session_ended(session_id: str, at: int) -> SecurityEvent:
    """Return the end of a session; what was granted for offline access outlives it."""
    # OpenID Connect Core section 11.
    return SecurityEvent(SESSION_REVOKED, {"sid": session_id}, at, except_scope=OFFLINE_ACCESS)


def grant_ended(grant_id: str, at: int) -> SecurityEvent:
    """Return the end of all that one grant gave; its tokens carry its id at the front of their `jti`."""
    return SecurityEvent(TOKENS_REVOKED, {"jti": f"{grant_id}."}, at)


def token_ended(jti: str, at: int) -> SecurityEvent:
    """Return the end of one token."""
    return SecurityEvent(TOKEN_REVOKED, {"jti": jti}, at)


def tokens_ended(at: int, **match: str) -> SecurityEvent:
    """Return the end of all tokens whose claims agree."""
    return SecurityEvent(TOKENS_REVOKED, match, at)


def rights_ended(at: int, permissions: Iterable[str], **match: str) -> SecurityEvent:
    """Return the end of all tokens whose claims agree, but for those that say these permissions at most."""
    return SecurityEvent(CLAIMS_CHANGED, match, at, permissions=tuple(sorted(permissions)))
