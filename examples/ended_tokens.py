"""Which tokens ended before their time: the rule of docs/security-events.md, without any network.

`security_events.py` beside it follows the feed and fills this. Copy all that is named there, and change it.
"""

import heapq
import itertools
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Self

AT_ONCE = 1000
"""Events that are forgotten while requests wait."""

Event = dict[str, Any]
Match = tuple[tuple[str, str], ...]
Kind = tuple[tuple[str, int | None], ...]
"""The names of claims, and of `jti` how much of its beginning counts."""


class _Rest(NamedTuple):
    """What an event says beside the claims that it compares."""

    except_scope: str | None
    permissions: frozenset[str] | None

    def concerns(self, scope: list[str], permissions: set[str]) -> bool:
        if self.except_scope in scope:
            return False
        return self.permissions is None or not permissions <= self.permissions


class _Until(NamedTuple):
    """The last second of issue that counts, and what to call it."""

    second: float
    type: str


class Ended:
    """The events of the window, found by what they are about: a token costs a handful of look-ups.

    Of events that differ in their second alone the latest is kept: it ends whatever the others end.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._events: dict[Match, dict[_Rest, _Until]] = {}
        # How many matches have a kind: the last one takes it along.
        self._kinds: Counter[Kind] = Counter()
        # A heap by second, so that to forget does not mean to look at what stays.
        self._ages: list[tuple[float, int, Match, _Rest]] = []
        self._count = itertools.count()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many events are kept."""
        with self._lock:
            return sum(len(same) for same in self._events.values())

    def add(self, events: Iterable[Event]) -> None:
        """Take events, all or none; one that is there already is no other."""
        taken = [_parts(event) for event in events]
        with self._lock:
            for match, rest, until in taken:
                self._add(match, rest, until)

    def forget(self, before: float) -> None:
        """Drop events whose tokens were all issued before a time (Unix seconds)."""
        while self._forget_some(before):
            pass

    def refuses(self, claims: dict[str, Any]) -> str | None:
        """Return the type of an event that ended a token with these verified claims, None when none did."""
        with self._lock:
            found = [told for match in self._matches(claims) for told in self._events.get(match, {}).items()]
        scope, permissions = _words(claims.get("scope")), set(_words(claims.get("permissions")))
        # No second of issue: as old as can be.
        issued = claims.get("iat", 0)
        ended = (
            until for rest, until in found if issued <= until.second and rest.concerns(scope, permissions)
        )
        return next((until.type for until in ended), None)

    def copy(self) -> Self:
        """Return the same anew, for a process that was forked off from a thread that was changing it.

        The lock is not asked for: that thread is not there, and may hold it for ever.
        """
        made = type(self)()
        made.add(_event(match, *told) for match, same in self._events.items() for told in same.items())
        return made

    def _add(self, match: Match, rest: _Rest, until: _Until) -> None:
        same = self._events.get(match)
        if same is None:
            same = self._events[match] = {}
            self._kinds[_kind(match)] += 1
        known = same.get(rest)
        if known is None or known.second < until.second:
            same[rest] = until
            heapq.heappush(self._ages, (until.second, next(self._count), match, rest))

    def _forget_some(self, before: float) -> bool:
        """Drop a few; return whether there may be more."""
        with self._lock:
            for _ in range(AT_ONCE):
                if not self._ages or self._ages[0][0] >= before:
                    return False
                second, _number, match, rest = heapq.heappop(self._ages)
                self._drop(second, match, rest)
        return True

    def _drop(self, second: float, match: Match, rest: _Rest) -> None:
        same = self._events[match]
        # Otherwise a later one took its place, and has its own turn.
        if same[rest].second == second:
            del same[rest]
        if not same:
            del self._events[match]
            kind = _kind(match)
            self._kinds[kind] -= 1
            if not self._kinds[kind]:
                del self._kinds[kind]

    def _matches(self, claims: dict[str, Any]) -> Iterator[Match]:
        """Say what events about these claims would compare."""
        for kind in self._kinds:
            said = [(name, text, n) for name, n in kind if isinstance(text := claims.get(name), str)]
            if len(said) == len(kind):
                yield tuple((name, text[:n]) for name, text, n in said)


def _parts(event: Event) -> tuple[Match, _Rest, _Until]:
    match = tuple(sorted((str(name), str(value)) for name, value in event["match"].items()))
    left = event.get("permissions")
    rest = _Rest(event.get("except_scope"), None if left is None else frozenset(left))
    return match, rest, _Until(float(event["issued_until"]), str(event["type"]))


def _event(match: Match, rest: _Rest, until: _Until) -> Event:
    return {"match": dict(match), "issued_until": until.second, "type": until.type} | rest._asdict()


def _kind(match: Match) -> Kind:
    # Of a jti the beginning is told: there are few lengths.
    return tuple((name, len(value) if name == "jti" else None) for name, value in match)


def _words(value: object) -> list[str]:
    return value.split() if isinstance(value, str) else list(value) if isinstance(value, list) else []
