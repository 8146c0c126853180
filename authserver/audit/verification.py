"""Verifying the trail: every row against its seal, every seal against its key and the one before."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from authserver.audit.chain import ADDED, ALTERED, MISSING, Chain, Fault, missing
from authserver.audit.seal import Head, Seal, digest_of
from authserver.audit.seal_keys import SealKeys
from authserver.audit.sealing import last_sealed
from authserver.audit.store import events, seals

PIECE = 2000
"""Rows that are read at once."""

MOST_FAULTS = 1000
"""Faults that are told; the first ones say enough."""


@dataclass(frozen=True, slots=True)
class Report:
    """What verification found. All is good up to one seal and the last event of it."""

    faults: tuple[Fault, ...]
    good_seal: int
    good_event: int
    seals: int
    rows: int
    cut_event: int
    unsealed: int
    head: str


class Verification:
    """Goes through seals in their order, with the rows of each, and counts what it has seen."""

    def __init__(self, keys: SealKeys, cut: Seal | None) -> None:
        """Take the keys at hand and the newest seal that tells of a cut."""
        self.chain = Chain(keys, cut)
        self.faults: list[Fault] = []
        self.good_seal = self.good_event = self.seals = self.rows = 0
        # Up to where every row has been looked at; None: whatever lies below is not to be there.
        self._seen: int | None = None
        self._unsure = False

    def take(self, seal: Seal) -> None:
        """Examine one seal and its rows."""
        found = list(self.chain.follow(seal))
        self.note(found)
        altered = Fault("seal", seal.said.number, ALTERED) in found
        # Behind a seal that can't be believed, what the next says of where it begins is all to go by.
        if altered or any(each.how.startswith(MISSING) for each in found):
            self._unsure = True
        if seal.said.kind == "rows" and not altered:
            self.note(self._rows(seal, seal.said.first_id - 1 if self._unsure else self._seen))
            self._seen, self._unsure = seal.said.last_id, False
        self.seals += 1
        if not self.faults and not self.chain.strangers:
            self.good_seal, self.good_event = seal.said.number, self._seen or 0

    def note(self, faults: Iterable[Fault]) -> None:
        """Keep what was found, the first of it."""
        self.faults += [fault for fault in faults if len(self.faults) < MOST_FAULTS]

    def _rows(self, seal: Seal, place: int | None) -> Iterator[Fault]:
        expected = seal.said.digests()
        while piece := events.raw(place, seal.said.last_id, PIECE):
            for row in piece:
                digest = expected.pop(row[0], None)
                self.rows += 1
                if digest != digest_of(row):
                    yield Fault("row", row[0], ADDED if digest is None else ALTERED)
            place = piece[-1][0]
        yield from (Fault("row", number, MISSING) for number in expected)


def verify(keys: SealKeys, kept_elsewhere: Head | None = None) -> Report:
    """Examine the whole trail, with the head that the operator kept elsewhere, and report.

    For a unit of work that sees one moment of the database.
    """
    cut = seals.newest("cut")
    found = Verification(keys, cut)
    for seal in seals.after():
        found.take(seal)
    kept = seals.head()
    found.note(found.chain.end(kept))
    if kept_elsewhere is not None:
        found.note(_against(kept_elsewhere, cut))
    return Report(
        faults=tuple(dict.fromkeys(found.faults)),
        good_seal=found.good_seal,
        good_event=found.good_event,
        seals=found.seals,
        rows=found.rows,
        cut_event=cut.said.last_id if cut else 0,
        unsealed=events.count_behind(last_sealed(keys)),
        head=str(kept.head) if kept else "",
    )


def _against(kept: Head, cut: Seal | None) -> Iterator[Fault]:
    newest = seals.newest()
    yield from missing((newest.said.number if newest else 0) + 1, kept.number)
    if cut and kept.number <= cut.said.cut:
        if kept.number == cut.said.cut and kept.link != cut.said.content:
            yield Fault("seal", kept.number, "is not the one that the given head names")
        return
    named = seals.find(kept.number)
    if named and named.link() != kept.link:
        yield Fault("seal", kept.number, "is not the one that the given head names")
