"""The queries and writes of the feed of security events.

An event is written in the transaction of what it tells of, without a place in the feed. It takes its place
when somebody finds it committed, under a lock, so that places are seen in their order: numbers taken by the
writers themselves would be, too, of transactions that commit after later ones.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, literal, select, true, union_all, update
from sqlalchemy.dialects import postgresql, sqlite

from authserver.base.clock import Clock, now
from authserver.extensions import db, dialect
from authserver.oidc.messages.security_event import FeedPage, Published, SecurityEvent
from authserver.oidc.models import SecurityEventRow, SecurityFeedRow

BATCH = 1000
"""Events that take their places at once."""

BATCHES = 10
"""Batches for which one reader waits at most; whoever asks on gives out the rest."""

_FEED = 1
"""Id of the one row that knows the last place."""

_FIELDS = tuple(getattr(SecurityEventRow, name) for name in SecurityEvent.__dataclass_fields__)


def write(event: SecurityEvent, resources: Collection[str]) -> None:
    """Tell API resources, by their names, of an event; they see it when this unit of work is committed."""
    write_all([(event, resources)])


def write_all(told: Iterable[tuple[SecurityEvent, Collection[str]]]) -> None:
    """Tell API resources of many events, each with those that it is for; one statement."""
    rows = [_row(event) | {"resource": resource} for event, those in told for resource in sorted(those)]
    if rows:
        db.session.execute(insert(SecurityEventRow), rows)


def _row(event: SecurityEvent) -> dict[str, object]:
    return {
        "type": event.type,
        "match": event.match,
        "at": event.at,
        "except_scope": event.except_scope,
        "permissions": None if event.permissions is None else " ".join(event.permissions),
    }


def page(resource: str, after: int, limit: int) -> FeedPage:
    """Return events for an API resource in the order of the feed, from behind a place; at most so many.

    One query when all have their places.
    """
    rows, waiting = _behind(resource, after, limit, unseen=True), False
    if any(row.position is None for row in rows if row.id is not None):
        # Places are given in the order of all: those of other APIs come before.
        waiting = not _publish_all()
        # What could be seen before is seen again, in the same order and further.
        rows = _behind(resource, after, limit, unseen=False)
    # There is always a row: it says how far the feed goes, also where no event is.
    return FeedPage(rows[0].head, [_published(row) for row in rows if row.id is not None], waiting)


def _publish_all() -> bool:
    """Give places to what has none; return whether that was all, and not just as many as one may wait for."""
    return any(publish() < BATCH for _ in range(BATCHES))


def publish(clock: Clock = now) -> int:
    """Give places to events that have none; return to how many."""
    unseen = select(SecurityEventRow.id).where(SecurityEventRow.position.is_(None))
    unseen = unseen.order_by(SecurityEventRow.id).limit(BATCH)
    if db.session.scalar(unseen.limit(1)) is None:
        return 0
    last = _hold()
    # Read anew while nobody else gives places; the time comes after what is read, and so after its commit.
    ids = db.session.scalars(unseen).all()
    at = clock()
    placed = [
        {"id": each, "position": position, "published_at": at} for position, each in enumerate(ids, last + 1)
    ]
    if placed:
        db.session.execute(update(SecurityEventRow), placed)
        _move(last + len(placed))
    return len(placed)


def delete_old(before: int, limit: int) -> int:
    """Delete some events that were published before a time (Unix seconds); return how many."""
    old = select(SecurityEventRow.id).where(SecurityEventRow.published_at < before).limit(limit)
    gone = delete(SecurityEventRow).where(SecurityEventRow.id.in_(old)).returning(SecurityEventRow.id)
    return len(db.session.scalars(gone.execution_options(synchronize_session=False)).all())


def _behind(resource: str, after: int, limit: int, *, unseen: bool) -> Sequence[Row[Any]]:
    """Return what comes after a place, and perhaps what has none yet; each row with the last place.

    All by one statement: a place is told once the transaction that gave it was committed, and so no later
    statement, of whichever instance, finds the feed to end before it.
    """
    position = SecurityEventRow.position
    its = select(SecurityEventRow.id, position, SecurityEventRow.published_at, *_FIELDS)
    its = its.where(SecurityEventRow.resource == resource)
    # Two searches of one index, where SQLite makes of OR a walk through the whole window.
    parts = [its.where(position > after), its.where(position.is_(None))]
    wanted = union_all(*parts[: 1 + unseen])
    events = wanted.order_by(wanted.selected_columns.position).limit(limit).subquery("events")
    # Outer joins with one row that is always there: before the first event the feed has none.
    one = select(literal(_FEED).label("id")).subquery("one")
    head = func.coalesce(SecurityFeedRow.position, 0).label("head")
    rows = select(head, events).select_from(one)
    rows = rows.outerjoin(SecurityFeedRow, SecurityFeedRow.id == one.c.id).outerjoin(events, true())
    return db.session.execute(rows.order_by(events.c.position)).all()


def _hold() -> int:
    """Return the last place, and keep others from giving any before this unit of work ends."""
    make = sqlite.insert if dialect() == "sqlite" else postgresql.insert
    held = make(SecurityFeedRow).values(id=_FEED, position=0)
    held = held.on_conflict_do_update(
        index_elements=[SecurityFeedRow.id], set_={"position": SecurityFeedRow.position}
    )
    return db.session.scalars(held.returning(SecurityFeedRow.position)).one()


def _move(position: int) -> None:
    moved = update(SecurityFeedRow).where(SecurityFeedRow.id == _FEED).values(position=position)
    db.session.execute(moved.execution_options(synchronize_session=False))


def _published(row: Row[Any]) -> Published:
    return Published(
        row.position,
        SecurityEvent(
            row.type,
            row.match,
            row.at,
            row.except_scope,
            None if row.permissions is None else tuple(row.permissions.split()),
        ),
        row.published_at,
    )
