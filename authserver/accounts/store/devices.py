"""The queries and writes of devices from which people signed in before."""

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from authserver.accounts.models import DeviceRow
from authserver.extensions import db, dialect


def knows_device(account_id: str, digest: bytes) -> bool:
    """Return whether a person signed in from a browser before."""
    found = select(DeviceRow.digest).where(DeviceRow.digest == digest, DeviceRow.account_id == account_id)
    return db.session.scalar(found) is not None


def knows(account_id: str, digest: bytes, network: str) -> bool:
    """Return whether a person signed in from this browser, or from this network, before."""
    same = or_(DeviceRow.digest == digest, DeviceRow.network == network)
    found = select(DeviceRow.digest).where(DeviceRow.account_id == account_id, same).limit(1)
    return db.session.scalar(found) is not None


def note(account_id: str, digest: bytes, network: str, at: int) -> bool:
    """Note a sign-in from a browser; return whether it is the first one from it."""
    insert = sqlite.insert if dialect() == "sqlite" else postgresql.insert
    new = not knows_device(account_id, digest)
    statement = insert(DeviceRow).values(
        digest=digest, account_id=account_id, network=network, first_seen_at=at, last_seen_at=at
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[DeviceRow.digest, DeviceRow.account_id],
            set_={"network": network, "last_seen_at": at},
        )
    )
    return new


def keep_newest(account_id: str, most: int) -> None:
    """Forget all devices of an account but the ones seen last."""
    mine = select(DeviceRow.digest).where(DeviceRow.account_id == account_id)
    kept = mine.order_by(DeviceRow.last_seen_at.desc()).limit(most)
    db.session.execute(
        delete(DeviceRow).where(DeviceRow.account_id == account_id, DeviceRow.digest.not_in(kept))
    )


def forget_all(account_id: str) -> None:
    """Forget the devices of an account, when its password was reset: a thief may be among them."""
    db.session.execute(delete(DeviceRow).where(DeviceRow.account_id == account_id))


def delete_unused(before: int, limit: int) -> int:
    """Delete some devices that were not seen since a time (Unix seconds); return how many."""
    some = select(DeviceRow.digest).where(DeviceRow.last_seen_at < before).limit(limit)
    gone = delete(DeviceRow).where(DeviceRow.digest.in_(some), DeviceRow.last_seen_at < before)
    return len(db.session.scalars(gone.returning(DeviceRow.digest)).all())
