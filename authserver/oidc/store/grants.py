"""The queries and writes of grants: codes, refresh tokens, revocation.

What may succeed once is one UPDATE that names the state it expects: of many at once exactly one finds it.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, or_, select, update

from authserver.accounts.account import Account
from authserver.accounts.models import AccountRow, ProfileRow, SessionRow
from authserver.accounts.profile import Profile
from authserver.base.clock import now
from authserver.extensions import db
from authserver.oidc.messages.grant import Grant, Redemption, Rotation
from authserver.oidc.models import GrantRow

LEEWAY = 600
"""Seconds for which a grant is kept beyond its use: clocks of instances differ."""

_NAMES = tuple(Grant.__dataclass_fields__)
_SCOPES = _NAMES.index("scopes")
_FIELDS = tuple(GrantRow.__table__.c[name] for name in _NAMES)
_ACCOUNT = tuple(AccountRow.__table__.c[name] for name in Account.__dataclass_fields__)
_PROFILE = tuple(ProfileRow.__table__.c[name] for name in Profile.__dataclass_fields__)
_PROFILE_AT = len(_FIELDS) + len(_ACCOUNT)

# Columns, not objects, and made once: this runs at each userinfo and introspection.
_ALIVE = (
    select(*_FIELDS, *_ACCOUNT, *_PROFILE)
    .join(AccountRow, AccountRow.id == GrantRow.account_id)
    .outerjoin(ProfileRow, ProfileRow.account_id == AccountRow.id)
    .outerjoin(SessionRow, SessionRow.id == GrantRow.session_id)
    .where(
        GrantRow.id == bindparam("grant"),
        GrantRow.revoked_at.is_(None),
        GrantRow.redeemed_at.is_not(None),
        AccountRow.disabled_at.is_(None),
        or_(
            GrantRow.offline,
            and_(SessionRow.idle_until > bindparam("at"), SessionRow.expires_at > bindparam("at")),
        ),
    )
)


def add(grant: Grant, code_digest: bytes, code_expires_at: int) -> None:
    """Write a new grant behind its code."""
    values = {name: getattr(grant, name) for name in _NAMES} | {
        "scopes": " ".join(grant.scopes),
        "code_digest": code_digest,
        "code_expires_at": code_expires_at,
        "kept_until": code_expires_at + LEEWAY,
    }
    db.session.execute(GrantRow.__table__.insert().values(values))  # type: ignore[attr-defined] # a Table


def claim_code(code_digest: bytes, client_id: str, redemption: Redemption) -> Grant | None:
    """Claim an unused, unexpired code of a client; None when there is none."""
    expires = case((GrantRow.renewable, redemption.renewable_until), else_=redemption.plain_until)
    claimed = update(GrantRow).where(
        GrantRow.code_digest == code_digest,
        GrantRow.client_id == client_id,
        GrantRow.redeemed_at.is_(None),
        GrantRow.revoked_at.is_(None),
        GrantRow.code_expires_at > redemption.at,
    )
    claimed = claimed.values(
        redeemed_at=redemption.at,
        refresh_digest=case((GrantRow.renewable, redemption.refresh_digest), else_=None),
        idle_until=redemption.idle_until,
        expires_at=expires,
        kept_until=expires + LEEWAY,
    )
    return _changed(claimed)


def of_code(code_digest: bytes, client_id: str) -> Grant | None:
    """Return the grant behind a code of a client, used or not."""
    return _one(GrantRow.code_digest == code_digest, GrantRow.client_id == client_id)


def find(grant_id: str) -> Grant | None:
    """Return a grant as it is now."""
    return _one(GrantRow.id == grant_id)


def rotate(grant_id: str, client_id: str, rotation: Rotation) -> Grant | None:
    """Put the successor in the place of the present refresh token; None when it is not the present one."""
    rotated = update(GrantRow).where(
        GrantRow.id == grant_id,
        GrantRow.client_id == client_id,
        GrantRow.refresh_digest == rotation.presented,
        GrantRow.revoked_at.is_(None),
        GrantRow.idle_until > rotation.at,
        GrantRow.expires_at > rotation.at,
    )
    rotated = rotated.values(
        refresh_digest=rotation.successor,
        previous_digest=GrantRow.refresh_digest,
        rotated_at=rotation.at,
        idle_until=rotation.idle_until,
        generation=GrantRow.generation + 1,
    )
    return _changed(rotated)


def revoke(grant_id: str, at: int) -> bool:
    """Revoke a grant with all that it gave; return whether it was not revoked before."""
    return _revoke(at, GrantRow.id == grant_id) > 0


def revoke_of_account(account_id: str, at: int, client_id: str | None = None) -> int:
    """Revoke all grants of a person, to one application or to all; return how many."""
    of_client = () if client_id is None else (GrantRow.client_id == client_id,)
    return _revoke(at, GrantRow.account_id == account_id, *of_client)


def revoke_of_client(client_id: str, at: int) -> int:
    """Revoke all grants to an application; return how many."""
    return _revoke(at, GrantRow.client_id == client_id)


def revoke_of_sessions(session_ids: Collection[str], at: int) -> int:
    """Revoke the grants that live as long as one of some sessions; return how many."""
    return _revoke(at, GrantRow.session_id.in_(session_ids), GrantRow.offline.is_(False))


def alive(grant_id: str) -> tuple[Grant, Account, Profile] | None:
    """Return a grant that was redeemed and holds, with its person; None when something of it ended.

    The account may sign in; the session lives, unless the grant is an offline one.
    """
    at = now()
    row = db.session.execute(_ALIVE, {"grant": grant_id, "at": at}).first()
    if row is None:
        return None
    grant = _value_of(row[: len(_FIELDS)])
    return grant, Account(*row[len(_FIELDS) : _PROFILE_AT]), _profile(row[_PROFILE_AT:])


def clients_of(account_id: str, at: int) -> dict[str, int]:
    """Return the applications that hold something of a person that still works, and since when."""
    live = select(GrantRow.client_id, GrantRow.created_at).where(
        GrantRow.account_id == account_id,
        GrantRow.revoked_at.is_(None),
        GrantRow.redeemed_at.is_not(None),
        GrantRow.expires_at > at,
    )
    since: dict[str, int] = {}
    for client_id, created_at in db.session.execute(live):
        since[client_id] = min(created_at, since.get(client_id, created_at))
    return since


def delete_expired(at: int, limit: int) -> int:
    """Delete some grants that are of no use any more; return how many."""
    some = select(GrantRow.id).where(GrantRow.kept_until <= at).limit(limit)
    gone = delete(GrantRow).where(GrantRow.id.in_(some), GrantRow.kept_until <= at).returning(GrantRow.id)
    return len(db.session.scalars(gone).all())


def _revoke(at: int, *which: ColumnElement[bool]) -> int:
    # Locked in one order, so that two who revoke the same grants don't wait for one another.
    theirs = select(GrantRow.id).where(*which, GrantRow.revoked_at.is_(None)).order_by(GrantRow.id)
    revoked = update(GrantRow).where(GrantRow.id.in_(theirs.with_for_update()), GrantRow.revoked_at.is_(None))
    return len(db.session.scalars(revoked.values(revoked_at=at).returning(GrantRow.id)).all())


def _one(*which: ColumnElement[bool]) -> Grant | None:
    row = db.session.execute(select(*_FIELDS).where(*which)).first()
    return None if row is None else _value(row)


def _changed(statement: Any) -> Grant | None:
    row = db.session.execute(
        statement.returning(*_FIELDS), execution_options={"synchronize_session": False}
    ).first()
    return None if row is None else _value(row)


def _value(row: Any) -> Grant:
    return _value_of(row[:])


def _value_of(values: Sequence[Any]) -> Grant:
    ordered: list[Any] = list(values)
    ordered[_SCOPES] = tuple(ordered[_SCOPES].split())
    return Grant(*ordered)


def _profile(values: Sequence[Any]) -> Profile:
    # Nobody has filled it in yet: there is no row.
    return Profile() if values[-1] is None else Profile(*values)
