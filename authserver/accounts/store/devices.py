"""The queries and writes of devices from which people signed in before."""

from typing import Literal

from sqlalchemy import Executable, bindparam, delete, or_, select

from authserver.accounts.models import DeviceRow
from authserver.base.tables import table_of
from authserver.extensions import INSERT, Upsert, db, dialect, execute

_devices = table_of(DeviceRow)
_MINE = _devices.c.account_id == bindparam("account")
_SAME = _devices.c.digest == bindparam("device")

_KNOWN = (
    select(_SAME.label("same"))
    .where(_MINE, or_(_SAME, _devices.c.network == bindparam("place")))
    .order_by(_SAME.desc())
    .limit(1)
)
_KEPT = select(_devices.c.digest).where(_MINE).order_by(_devices.c.last_seen_at.desc())
_KEEP = delete(_devices).where(_MINE, _devices.c.digest.not_in(_KEPT.limit(bindparam("most"))))


def _noting(new: Upsert) -> Executable:
    seen = {"network": new.excluded.network, "last_seen_at": new.excluded.last_seen_at}
    return new.on_conflict_do_update(index_elements=[_devices.c.digest, _devices.c.account_id], set_=seen)


_NOTE = {name: _noting(insert(_devices)) for name, insert in INSERT.items()}


def knows(account_id: str, digest: bytes, network: str) -> Literal["device", "network"] | None:
    """Return whether a person signed in from this browser before, or at least from this network."""
    row = execute(_KNOWN, account=account_id, device=digest, place=network).first()
    if row is None:
        return None
    return "device" if row.same else "network"


def note(account_id: str, digest: bytes, network: str, at: int) -> None:
    """Note a sign-in from a browser."""
    execute(
        _NOTE[dialect()],
        digest=digest,
        account_id=account_id,
        network=network,
        first_seen_at=at,
        last_seen_at=at,
    )


def keep_newest(account_id: str, most: int) -> None:
    """Forget all devices of an account but the ones seen last."""
    execute(_KEEP, account=account_id, most=most)


def forget_all(account_id: str) -> None:
    """Forget the devices of an account, when its password was reset: a thief may be among them."""
    db.session.execute(delete(DeviceRow).where(DeviceRow.account_id == account_id))


def delete_unused(before: int, limit: int) -> int:
    """Delete some devices that were not seen since a time (Unix seconds); return how many."""
    some = select(DeviceRow.digest).where(DeviceRow.last_seen_at < before).limit(limit)
    gone = delete(DeviceRow).where(DeviceRow.digest.in_(some), DeviceRow.last_seen_at < before)
    return len(db.session.scalars(gone.returning(DeviceRow.digest)).all())
