"""Cutting what is older than it is to be kept: whole seals with their rows, and a seal that tells so."""

import structlog

from authserver.audit.log import SYSTEM, Origin, record
from authserver.audit.seal import Seal
from authserver.audit.seal_keys import SealKeys
from authserver.audit.sealing import extend, may_extend
from authserver.audit.store import events, seals
from authserver.audit.verification import Verification

log = structlog.get_logger()

DAY = 86_400
"""Seconds that may pass beyond the time to be kept, so that a chain is not cut for each seal."""

AT_ONCE = 3
"""Seals that one unit of work cuts at most."""


def cut(
    keys: SealKeys, now: int, keep: int, origin: Origin = SYSTEM, *, anyway: bool = False, grace: int = DAY
) -> Seal | None:
    """Delete some seals made longer ago than `keep` seconds (0: none ever), with their rows.

    Returns the seal that tells of it, None when nothing was cut: nothing is old enough, somebody else is at
    the chain, or what would go is not whole, which is evidence. The newest seal over rows always stays.
    """
    oldest = seals.oldest_sealed_at()
    if not keep or oldest is None or oldest >= now - keep - grace or not may_extend(keys, now):
        return None
    newest = seals.newest("rows")
    going = seals.oldest(AT_ONCE, sealed_before=now - keep, below=newest.said.number if newest else 0)
    if not going or not (anyway or _is_whole(keys, going)):
        return None
    last = going[-1]
    last_id = max(seal.said.last_id for seal in going)
    first_id = min(seal.said.first_id for seal in going)
    # First: the chain is to be looked at before it loses its beginning.
    deleted = events.delete_through(last_id)
    made = extend(
        keys, now, "cut", first_id=first_id, last_id=last_id, count=deleted, content=last.link(),
        cut=last.said.number,
    )  # fmt: skip
    seals.delete_through(last.said.number)
    record(origin, "audit.cut", target=f"seal {last.said.number}", rows=str(deleted), through=str(last_id))
    return made


def _is_whole(keys: SealKeys, going: list[Seal]) -> bool:
    found = Verification(keys, seals.newest("cut"))
    for seal in going:
        found.take(seal)
    if found.chain.strangers:
        for seal in seals.after(going[-1].said.number):
            found.note(found.chain.follow(seal))
            if not found.chain.strangers:
                break
        found.note(found.chain.unvouched())
    if found.faults:
        log.error("audit.not_cut", fault=str(found.faults[0]), faults=len(found.faults))
    return not found.faults
