"""The queries and writes of the counters."""

from sqlalchemy import CursorResult, Executable, bindparam, case, delete, select

from authserver.base.tables import table_of
from authserver.extensions import INSERT, Upsert, db, dialect, execute
from authserver.throttle.models import CounterRow

_counters = table_of(CounterRow)


def _counting(new: Upsert) -> Executable:
    over = _counters.c.expires_at <= bindparam("now")
    return new.on_conflict_do_update(
        index_elements=[_counters.c.key],
        set_={
            "count": case((over, new.excluded.count), else_=_counters.c.count + new.excluded.count),
            "expires_at": case((over, new.excluded.expires_at), else_=_counters.c.expires_at),
        },
    ).returning(_counters.c.count)


_INCREMENT = {name: _counting(insert(_counters)) for name, insert in INSERT.items()}
_READ = select(_counters.c.count, _counters.c.expires_at).where(
    _counters.c.key == bindparam("counter"), _counters.c.expires_at > bindparam("now")
)
_FORGET = delete(_counters).where(_counters.c.key == bindparam("counter"))


def increment(key: bytes, amount: int, now: int, window: int) -> int:
    """Count failures and return how many there were in the window (seconds), in one statement."""
    counted = execute(_INCREMENT[dialect()], key=key, count=amount, expires_at=now + window, now=now)
    return int(counted.scalar_one())


def read(key: bytes, now: int) -> tuple[int, int]:
    """Return the count of a window that is open and when it ends (Unix seconds), or (0, now)."""
    row = execute(_READ, counter=key, now=now).first()
    return (row[0], row[1]) if row else (0, now)


def forget(key: bytes) -> None:
    """Drop a counter."""
    execute(_FORGET, counter=key)


def delete_expired(now: int, limit: int) -> int:
    """Delete some counters whose window is over; return how many."""
    some = select(CounterRow.key).where(CounterRow.expires_at <= now).limit(limit)
    over = delete(CounterRow).where(CounterRow.key.in_(some), CounterRow.expires_at <= now)
    result = db.session.execute(over)
    return result.rowcount if isinstance(result, CursorResult) else 0
