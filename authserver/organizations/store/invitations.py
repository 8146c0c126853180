"""The queries and writes of invitations."""

from collections.abc import Collection, Sequence
from typing import cast

from sqlalchemy import ColumnElement, Select, delete, insert, or_, select, update

from authserver.extensions import db
from authserver.organizations.invitation import Invitation
from authserver.organizations.models import InvitationRow
from authserver.organizations.permissions import Rights, Role
from authserver.organizations.store.memberships import written

PIECE = 1000
"""Invitations that one statement deletes: there is a limit to its parameters."""


def waits(organization_id: str, email: str, now: int) -> bool:
    """Return whether an invitation of an address into an organization is open."""
    same = (InvitationRow.organization_id == organization_id, InvitationRow.email == email)
    return db.session.scalar(select(InvitationRow.id).where(*same, *_open(now))) is not None


def make_room(organization_id: str, email: str, now: int) -> None:
    """Let an invitation of an address that was used or has expired give way to another one."""
    same = (InvitationRow.organization_id == organization_id, InvitationRow.email == email)
    over = or_(InvitationRow.used_at.is_not(None), InvitationRow.expires_at <= now)
    db.session.execute(delete(InvitationRow).where(*same, over))


def add(invitation: Invitation) -> None:
    """Write a new invitation."""
    statement = insert(InvitationRow).values(
        id=invitation.id,
        organization_id=invitation.organization_id,
        email=invitation.email,
        role=invitation.wanted.role,
        permissions=written(invitation.wanted.permissions),
        inviter=invitation.inviter,
        letter_id=invitation.letter_id,
        created_at=invitation.created_at,
        expires_at=invitation.expires_at,
    )
    db.session.execute(statement)


def find(invitation_id: str) -> Invitation | None:
    """Return an invitation as it is now."""
    return _value(db.session.scalar(_fresh().where(InvitationRow.id == invitation_id)))


def find_by_digest(digest: bytes, now: int) -> Invitation | None:
    """Return the open invitation of a link; a look consumes nothing."""
    return _value(db.session.scalar(_fresh().where(InvitationRow.digest == digest, *_open(now))))


def page(organization_id: str, *, search: str = "", after: str = "", limit: int = 50) -> list[Invitation]:
    """Return invitations of an organization that nobody accepted yet, by address, from behind one.

    `search` is a part of the address, in any case.
    """
    rows = _fresh().where(InvitationRow.organization_id == organization_id, InvitationRow.email > after)
    rows = rows.where(InvitationRow.used_at.is_(None)).order_by(InvitationRow.email).limit(limit)
    if search:
        rows = rows.where(InvitationRow.email.contains(search.lower(), autoescape=True))
    return [_known(row) for row in db.session.scalars(rows)]


def of_inviter(organization_ids: Collection[str], inviter: str) -> list[Invitation]:
    """Return invitations into organizations for which somebody answers, and that nobody accepted yet."""
    rows = _fresh().where(InvitationRow.organization_id.in_(organization_ids))
    rows = rows.where(InvitationRow.inviter == inviter, InvitationRow.used_at.is_(None))
    rows = rows.order_by(InvitationRow.organization_id, InvitationRow.email)
    return [_known(row) for row in db.session.scalars(rows)]


def inviters(organization_id: str) -> list[str]:
    """Return who answers for the invitations of an organization that nobody accepted yet."""
    rows = select(InvitationRow.inviter).where(InvitationRow.organization_id == organization_id)
    rows = rows.where(InvitationRow.used_at.is_(None)).distinct().order_by(InvitationRow.inviter)
    return list(db.session.scalars(rows))


def places_of(inviter: str) -> list[str]:
    """Return the ids of organizations into which somebody invited people who did not accept yet."""
    rows = select(InvitationRow.organization_id).where(InvitationRow.inviter == inviter)
    return list(db.session.scalars(rows.where(InvitationRow.used_at.is_(None)).distinct()))


def renew(invitation: Invitation) -> bool:
    """Write who answers for an invitation from here on, its next letter and its end; its link is void.

    Returns whether nobody accepted it meanwhile.
    """
    waiting = update(InvitationRow).where(InvitationRow.id == invitation.id, InvitationRow.used_at.is_(None))
    values = {
        "inviter": invitation.inviter,
        "letter_id": invitation.letter_id,
        "expires_at": invitation.expires_at,
        "digest": None,
    }
    return db.session.scalar(waiting.values(values).returning(InvitationRow.id)) is not None


def write_link(invitation_id: str, letter_id: str, digest: bytes, now: int, expires_at: int) -> bool:
    """Write the digest of the link in a letter; return whether that letter is still to be sent."""
    mine = update(InvitationRow).where(
        InvitationRow.id == invitation_id, InvitationRow.letter_id == letter_id, *_open(now)
    )
    fresh = mine.values(digest=digest, expires_at=expires_at).returning(InvitationRow.id)
    return db.session.scalar(fresh) is not None


def claim(invitation_id: str, digest: bytes, now: int) -> bool:
    """Use an invitation, once and for ever; return whether it could be used."""
    mine = update(InvitationRow).where(
        InvitationRow.id == invitation_id, InvitationRow.digest == digest, *_open(now)
    )
    return db.session.scalar(mine.values(used_at=now).returning(InvitationRow.id)) is not None


def remove(invitation_id: str) -> bool:
    """Delete an invitation that nobody accepted; return whether it was there."""
    gone = delete(InvitationRow).where(InvitationRow.id == invitation_id, InvitationRow.used_at.is_(None))
    return db.session.scalar(gone.returning(InvitationRow.id)) is not None


def remove_all(invitation_ids: Sequence[str]) -> set[str]:
    """Delete invitations that nobody accepted; return the ids of those that were there."""
    gone: set[str] = set()
    for begin in range(0, len(invitation_ids), PIECE):
        some = InvitationRow.id.in_(invitation_ids[begin : begin + PIECE])
        those = delete(InvitationRow).where(some, InvitationRow.used_at.is_(None))
        gone.update(db.session.scalars(those.returning(InvitationRow.id)))
    return gone


def delete_expired(before: int, limit: int) -> int:
    """Delete some invitations that ended before a time (Unix seconds), used or not; return how many."""
    over = InvitationRow.expires_at < before
    some = select(InvitationRow.id).where(over).limit(limit).with_for_update(skip_locked=True)
    gone = delete(InvitationRow).where(InvitationRow.id.in_(some), over).returning(InvitationRow.id)
    return len(db.session.scalars(gone).all())


def _open(now: int) -> tuple[ColumnElement[bool], ...]:
    return InvitationRow.used_at.is_(None), InvitationRow.expires_at > now


def _fresh() -> Select[InvitationRow]:
    # Another instance may have changed the row since this unit of work saw it.
    return select(InvitationRow).execution_options(populate_existing=True)


def _value(row: InvitationRow | None) -> Invitation | None:
    return None if row is None else _known(row)


def _known(row: InvitationRow) -> Invitation:
    return Invitation(
        id=row.id,
        organization_id=row.organization_id,
        email=row.email,
        wanted=Rights(cast("Role", row.role), frozenset(row.permissions.split())),
        inviter=row.inviter,
        letter_id=row.letter_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        written=row.digest is not None,
    )
