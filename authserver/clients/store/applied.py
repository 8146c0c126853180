"""The queries and writes of marks: what `apply` made, and may remove again."""

from sqlalchemy import delete, select

from authserver.clients.models import AppliedRow
from authserver.extensions import db


def mark(kind: str, key: str) -> None:
    """Note that a declaration made something."""
    db.session.add(AppliedRow(kind=kind, key=key))
    db.session.flush()


def marked(kind: str) -> list[str]:
    """Return the keys of what declarations made, of one kind."""
    return list(
        db.session.scalars(select(AppliedRow.key).where(AppliedRow.kind == kind).order_by(AppliedRow.key))
    )


def unmark(kind: str, key: str) -> None:
    """Forget a mark."""
    db.session.execute(delete(AppliedRow).where(AppliedRow.kind == kind, AppliedRow.key == key))
