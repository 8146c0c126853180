"""Which events of the audit trail somebody asks for, and a place among them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from authserver.base.clock import LATEST
from authserver.base.errors import Refused

RESULTS = ("ok", "refused")
"""How an act may have ended."""

NAMES = ("actor", "action", "target", "result", "since", "until")
"""What may be asked for by name; whose trail it is, the caller says."""

_LONGEST = 300
_ACTION = re.compile(r"[a-z0-9_.]{1,60}")
_SECONDS = re.compile(r"[0-9]{1,12}")
_PLACE = re.compile(r"([0-9]{1,12})\.([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Filter:
    """Whose events, and which of them; an empty text asks for nothing.

    Without an organization it is the operator's view of the whole server. `action` is how the action begins:
    `sign_in` finds `sign_in.ok` and `sign_in.failed`. Times are Unix seconds: `since` is included, `until` is
    not. Raises Refused for what can't be asked for.
    """

    organization_id: str | None = None
    actor: str = ""
    action: str = ""
    target: str = ""
    result: str = ""
    since: int | None = None
    until: int | None = None

    def __post_init__(self) -> None:
        """Check what was asked for. Raises Refused."""
        for name, value in (("actor", self.actor), ("target", self.target)):
            if len(value) > _LONGEST or not value.isprintable():
                raise Refused(f"{name} must be one line of at most {_LONGEST} printable characters.")
        if self.action and not _ACTION.fullmatch(self.action):
            raise Refused("action must be small letters, digits, dots and underscores.")
        if self.result and self.result not in RESULTS:
            raise Refused(f"result must be one of {', '.join(RESULTS)}.")
        for name, at in (("since", self.since), ("until", self.until)):
            if at is not None and not 0 <= at <= LATEST:
                raise Refused(f"{name} must be a time in Unix seconds.")

    @classmethod
    def parse(cls, asked: Mapping[str, str], organization_id: str | None) -> Self:
        """Return the filter of a query's parameters, of which none but NAMES may be there. Raises Refused."""
        unknown = sorted(set(asked) - set(NAMES))
        if unknown:
            raise Refused(f"There is no filter {unknown[0][:60]!r}; there are {', '.join(NAMES)}.")
        return cls(
            organization_id,
            **{name: asked.get(name, "") for name in ("actor", "action", "target", "result")},
            since=_seconds(asked, "since"),
            until=_seconds(asked, "until"),
        )


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an event stands in the order of the trail: by its time, then by the number of its row."""

    at: int
    id: int

    def __str__(self) -> str:
        """Return it as the cursor of a page."""
        return f"{self.at}.{self.id}"

    @classmethod
    def parse(cls, cursor: str) -> Self:
        """Return the place that a cursor names. Raises Refused for what is none."""
        match = _PLACE.fullmatch(cursor)
        if match is None:
            raise Refused("That is no cursor of a page of the audit trail.")
        return cls(int(match[1]), int(match[2]))


def _seconds(asked: Mapping[str, str], name: str) -> int | None:
    text = asked.get(name, "")
    if text and not _SECONDS.fullmatch(text):
        raise Refused(f"{name} must be a time in Unix seconds.")
    return int(text) if text else None
