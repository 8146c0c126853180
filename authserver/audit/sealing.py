"""Sealing events in batches, beside those who write them: nobody waits for anybody.

One event is one INSERT. A batch is sealed once it is full or its oldest event has waited for some minutes,
and only as far as no transaction is open that could still bring an event of a lower number.
"""

import time

import structlog

from authserver.audit.seal import GENESIS, Head, KeptHead, Kind, Said, Seal, content_of
from authserver.audit.seal_keys import SealKeys
from authserver.audit.store import events, seals

log = structlog.get_logger()

BATCH = 1000
"""Events of one seal at most."""

SEAL_AFTER = 300
"""Seconds that an event waits until a batch that is not full is sealed."""

PATIENCE = 86_400
"""Seconds for which a chain is left alone whose newest seal has a key that is not at hand."""

TRIES = 20
PAUSE = 0.1
"""Seconds between two looks at whether those who wrote when sealing began have finished."""


def is_due(keys: SealKeys, now: int) -> bool:
    """Return whether there is a batch to seal."""
    last_id = last_sealed(keys)
    oldest = events.behind(last_id, 0)
    if oldest is None:
        return False
    # A time in the future, of a clock that went wrong or of whoever writes to the table, puts nothing off.
    return abs(now - oldest.event.at) >= SEAL_AFTER or events.behind(last_id, BATCH - 1) is not None


def seal(keys: SealKeys, now: int) -> Seal | None:
    """Seal one batch and return its seal; None when there is nothing to seal or somebody else is at it."""
    if not may_extend(keys, now):
        return None
    last_id, horizon = last_sealed(keys), _horizon()
    rows = events.raw(last_id, horizon, BATCH)
    if not rows:
        return None
    return extend(
        keys, now, "rows", first_id=rows[0][0], last_id=rows[-1][0], count=len(rows), content=content_of(rows)
    )


def may_extend(keys: SealKeys, now: int) -> bool:
    """Return whether this unit of work may extend the chain; until it ends nobody else does.

    While instances change to another master key one after the other, those that do not know it yet leave the
    chain to those that do. A key that is lost for good holds it up for a day.
    """
    if not seals.alone():
        return False
    newest = seals.newest()
    strange = newest and keys.vouches(newest.said.key, newest.said.message(), newest.mac) is None
    return not (newest and strange and abs(now - newest.said.sealed_at) < PATIENCE)


def end_is_whole(keys: SealKeys) -> bool:
    """Return whether the newest seal is the one that was made last: it names all before itself."""
    newest, kept = seals.newest(), seals.head()
    if newest is None or kept is None:
        return newest is None and kept is None
    good = keys.vouches(newest.said.key, newest.said.message(), newest.mac)
    good_head = keys.vouches(kept.key, kept.head.message(), kept.mac)
    return bool(good and good_head) and kept.head == Head.of(newest)


def last_sealed(keys: SealKeys) -> int:
    """Return the number of the last event that is sealed, 0 when none is.

    A seal that somebody put there without the key must not keep events from being sealed.
    """
    kept = seals.head()
    good_head = kept and keys.vouches(kept.key, kept.head.message(), kept.mac)
    for each in seals.backwards("rows", kept.head.number if kept and good_head else None):
        if keys.vouches(each.said.key, each.said.message(), each.mac) is not False:
            return each.said.last_id
    return 0


def extend(
    keys: SealKeys,
    now: int,
    kind: Kind,
    *,
    first_id: int,
    last_id: int,
    count: int,
    content: bytes,
    cut: int = 0,
) -> Seal:
    """Write the next seal of the chain and where it ends now; for whoever is alone with it."""
    checked, newest, kept = end_is_whole(keys), seals.newest(), seals.head()
    number = max(newest.said.number if newest else 0, kept.head.number if kept else 0) + 1
    if not checked:
        # The chain goes on, or whoever broke it could stop it; what is wrong stays to be seen.
        log.error("audit.broken", seal=number - 1)
    said = Said(
        number=number,
        kind=kind,
        first_id=first_id,
        last_id=last_id,
        count=count,
        cut=cut,
        content=content,
        previous=newest.link() if newest else GENESIS,
        checked=checked,
        key=keys.present,
        sealed_at=now,
    )
    made = Seal(said, keys.mac(said.message()))
    seals.add(made)
    head = Head.of(made)
    seals.keep_head(KeptHead(head, keys.present, keys.mac(head.message())))
    return made


def tell(made: Seal) -> None:
    """Write into the log, which lies elsewhere, where the chain ends: after the commit."""
    log.info("audit.sealed", kind=made.said.kind, last_id=made.said.last_id, head=str(Head.of(made)))


def _horizon() -> int:
    """Return the number up to which every event there will ever be can be seen; 0 when that is not sure.

    Whoever took a lower number than the newest event's had begun to write before that one could be seen: it
    is over, or it is among the writers that are seen next. Once those have ended, nothing is missing.
    """
    newest, before = events.newest_id(), seals.writers()
    for _ in range(TRIES):
        if not before & seals.writers():
            return newest
        time.sleep(PAUSE)
    return 0
