"""Claiming an identifier: the only write of the register."""

from typing import Literal

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from authserver.base.errors import Conflict
from authserver.extensions import db, dialect
from authserver.subjects.models import SubjectRow

Kind = Literal["account", "api_client", "application"]


def claim(subject: str, kind: Kind, at: int) -> None:
    """Give an identifier to one holder, for ever, in the caller's transaction.

    Raises Conflict when it was given out before, also to somebody who is gone. OpenID Connect Core section 2:
    a `sub` is never reassigned; RFC 9700 section 4.15: a client must not be able to pass for a person.
    """
    insert = sqlite.insert if dialect() == "sqlite" else postgresql.insert
    statement = insert(SubjectRow).values(id=subject, kind=kind, claimed_at=at).on_conflict_do_nothing()
    if db.session.scalar(statement.returning(SubjectRow.id)) is None:
        raise Conflict(f"The identifier {subject} was given out before and can't be used again.")


def kind_of(subject: str) -> str | None:
    """Return what an identifier was given to, or None."""
    return db.session.scalar(select(SubjectRow.kind).where(SubjectRow.id == subject))
