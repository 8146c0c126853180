"""The queries and writes of the counters."""

from sqlalchemy import CursorResult, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from authserver.extensions import db, dialect
from authserver.throttle.models import CounterRow


def increment(key: bytes, amount: int, now: int, window: int) -> int:
    """Count failures and return how many there were in the window (seconds), in one statement."""
    insert = sqlite.insert if dialect() == "sqlite" else postgresql.insert
    statement = insert(CounterRow).values(key=key, count=amount, expires_at=now + window)
    over = CounterRow.expires_at <= now
    counted = statement.on_conflict_do_update(
        index_elements=[CounterRow.key],
        set_={
            "count": case((over, amount), else_=CounterRow.count + amount),
            "expires_at": case((over, now + window), else_=CounterRow.expires_at),
        },
    ).returning(CounterRow.count)
    return db.session.scalars(counted, execution_options={"populate_existing": True}).one()


def read(key: bytes, now: int) -> tuple[int, int]:
    """Return the count of a window that is open and when it ends (Unix seconds), or (0, now)."""
    row = db.session.execute(
        select(CounterRow.count, CounterRow.expires_at).where(
            CounterRow.key == key, CounterRow.expires_at > now
        )
    ).first()
    return (row[0], row[1]) if row else (0, now)


def forget(key: bytes) -> None:
    """Drop a counter."""
    db.session.execute(delete(CounterRow).where(CounterRow.key == key))


def delete_expired(now: int, limit: int) -> int:
    """Delete some counters whose window is over; return how many."""
    some = select(CounterRow.key).where(CounterRow.expires_at <= now).limit(limit)
    over = delete(CounterRow).where(CounterRow.key.in_(some), CounterRow.expires_at <= now)
    result = db.session.execute(over)
    return result.rowcount if isinstance(result, CursorResult) else 0
