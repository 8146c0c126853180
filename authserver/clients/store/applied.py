"""The queries and writes of marks: what `apply` made, and may remove again."""

from sqlalchemy import delete, select, text

from authserver.clients.models import AppliedRow
from authserver.extensions import db, dialect

_LOCK = 0x6170706C
"""Advisory lock of PostgreSQL under which declarations are applied ("appl" in ASCII)."""


def alone() -> None:
    """Let no other declaration be applied until this unit of work ends."""
    if dialect() == "sqlite":
        # Any write takes the one write lock; this one changes nothing.
        db.session.execute(text("DELETE FROM applied_declarations WHERE 1 = 0"))
    else:
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


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
