"""Following the chain of seals from its first to its last, and naming what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from authserver.audit.seal import GENESIS, Head, KeptHead, Seal
from authserver.audit.seal_keys import SealKeys


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row, one seal, or the head (whose number is that of its seal)."""

    what: Literal["row", "seal", "head"]
    number: int
    how: str

    def __str__(self) -> str:
        """Return it as a sentence without its full stop."""
        return f"{self.what} {self.number} {self.how}"


ALTERED = "was altered"
MISSING = "is missing"
ADDED = "was added"


MOST_MISSING = 100
"""Seals of one gap that are named one by one; what says how many there were may have been altered."""


def missing(first: int, last: int) -> Iterator[Fault]:
    """Name the seals of a gap, from its first to its last."""
    end = min(last, first + MOST_MISSING - 1)
    yield from (Fault("seal", number, MISSING) for number in range(first, end + 1))
    if end < last:
        yield Fault("seal", end + 1, f"{MISSING}, and all up to {last}")


class Chain:
    """Takes seals in their order; knows afterwards up to where they are whole."""

    def __init__(self, keys: SealKeys, cut: Seal | None) -> None:
        """Take the keys at hand, and the newest seal that tells of a cut: it says where the chain begins."""
        self._keys = keys
        self._cut = cut
        self._last: Seal | None = None
        self._last_is_whole: bool | None = True
        self.strangers: list[tuple[int, str]] = []
        """Seals whose keys (by name) are not at hand, and for which no later one has vouched yet."""

    def follow(self, seal: Seal) -> Iterator[Fault]:
        """Take the next seal and name what is wrong with it, or with what should be before it."""
        whole = self._keys.vouches(seal.said.key, seal.said.message(), seal.mac)
        if whole is False:
            yield Fault("seal", seal.said.number, ALTERED)
        yield from self._joins(seal, whole)
        if whole is not False and not seal.said.checked:
            yield Fault("seal", seal.said.number, "was made though what is before it could not be checked")
        if whole:
            # It was made by who had checked the seal before, and that one names all before itself.
            yield from self.unvouched() if not seal.said.checked else ()
            self.strangers.clear()
        elif whole is None:
            self.strangers.append((seal.said.number, seal.said.key))
        self._last, self._last_is_whole = seal, whole

    def end(self, kept: KeptHead | None) -> Iterator[Fault]:
        """Name what is wrong at the end: with seals that nobody vouches for, or with the head."""
        yield from self.unvouched()
        if kept is None:
            if self._last:
                yield Fault("head", self._last.said.number, MISSING)
            return
        whole = self._keys.vouches(kept.key, kept.head.message(), kept.mac)
        if whole is False or (whole is None and self._last_is_whole):
            yield Fault("head", kept.head.number, ALTERED)
        else:
            yield from self.against(kept.head)

    def against(self, head: Head) -> Iterator[Fault]:
        """Name where the end of the chain differs from what a head tells of it."""
        newest = self._last.said.number if self._last else 0
        yield from missing(newest + 1, head.number)
        if head.number < newest:
            yield Fault("head", head.number, f"is not the newest: there is seal {newest}")
        if self._last and head.number == newest and head.link != self._last.link():
            yield Fault("seal", newest, "is not the one that the head names")

    def unvouched(self) -> Iterator[Fault]:
        """Name the seals whose key is not at hand, as long as no later one has vouched for them."""
        for number, key in self.strangers:
            yield Fault("seal", number, f"was made with another master key ({key})")

    def _joins(self, seal: Seal, whole: bool | None) -> Iterator[Fault]:  # noqa: FBT001 - what was found of it
        number, last = seal.said.number, self._last
        if last is None:
            yield from self._begins(seal)
            return
        yield from missing(last.said.number + 1, number - 1)
        if number != last.said.number + 1 or False in (whole, self._last_is_whole):
            return
        if seal.said.previous != last.link():
            # Of two seals that do not fit, the one whose key is not at hand is not to be believed.
            blamed = number if whole is None and self._last_is_whole else last.said.number
            yield Fault("seal", blamed, ALTERED)

    def _begins(self, seal: Seal) -> Iterator[Fault]:
        before = seal.said.number - 1
        told = (self._cut.said.cut, self._cut.said.content) if self._cut else (0, GENESIS)
        if told[0] < before:
            yield from missing(told[0] + 1, before)
        elif told[0] > before:
            yield Fault("seal", seal.said.number, ADDED)
        elif told[1] != seal.said.previous:
            yield Fault("seal", seal.said.number, "does not follow what was cut")
