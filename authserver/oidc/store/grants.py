"""The queries and writes of grants: codes, refresh tokens, revocation.

What may succeed once is one UPDATE that names the state it expects: of many at once exactly one finds it.
Statements are made once; they run at each redemption and refresh.
"""

from collections.abc import Collection, Sequence
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Executable,
    bindparam,
    case,
    delete,
    insert,
    null,
    or_,
    select,
    update,
)

from authserver.base.tables import table_of
from authserver.clients.models import ApplicationRow
from authserver.config.server import LONGEST_ACCESS_TOKEN
from authserver.extensions import db, execute
from authserver.oidc.messages.grant import Grant, Redemption, Rotation
from authserver.oidc.models import GrantRow

LEEWAY = 600
"""Seconds for which a grant is kept beyond its use: clocks of instances differ."""

KEPT = LONGEST_ACCESS_TOKEN + LEEWAY
"""Seconds for which a grant that was redeemed is kept beyond its end: the last access token that it gave
lives on, and whoever ends its session or takes a membership still has to find it."""

_NAMES = tuple(Grant.__dataclass_fields__)
_SCOPES = _NAMES.index("scopes")
_grants = table_of(GrantRow)
_applications = table_of(ApplicationRow)
FIELDS = tuple(_grants.c[name] for name in _NAMES)
"""The columns of a grant, in the order of its fields."""

_ALL = {"synchronize_session": False}
_WRITTEN = (*_NAMES, "code_digest", "code_expires_at", "kept_until")
# Of an application that is not disabled at this moment: who disables or deletes it at the same time holds its
# row until all is revoked that there was, and is waited for, or waits and finds this grant.
_OF_ENABLED = (
    select(*(bindparam(name, type_=_grants.c[name].type) for name in _WRITTEN))
    .where(_applications.c.id == bindparam("client"), _applications.c.disabled_at.is_(None))
    .select_from(_applications)
    .with_for_update(read=True)
)
_INSERT = insert(_grants).from_select(_WRITTEN, _OF_ENABLED).returning(_grants.c.id)
_EXPIRES = case((_grants.c.renewable, bindparam("renewable_until")), else_=bindparam("plain_until"))
_CLAIM = (
    update(_grants)
    .where(
        _grants.c.code_digest == bindparam("code"),
        _grants.c.client_id == bindparam("client"),
        _grants.c.redeemed_at.is_(None),
        _grants.c.revoked_at.is_(None),
        _grants.c.code_expires_at > bindparam("at"),
    )
    .values(
        redeemed_at=bindparam("at"),
        refresh_digest=case((_grants.c.renewable, bindparam("refresh")), else_=null()),
        idle_until=bindparam("idle"),
        expires_at=_EXPIRES,
        kept_until=_EXPIRES + KEPT,
    )
    .returning(*FIELDS)
)
_ROTATE = (
    update(_grants)
    .where(
        _grants.c.id == bindparam("grant"),
        _grants.c.client_id == bindparam("client"),
        _grants.c.refresh_digest == bindparam("presented"),
        _grants.c.revoked_at.is_(None),
        _grants.c.idle_until > bindparam("at"),
        _grants.c.expires_at > bindparam("at"),
    )
    .values(
        refresh_digest=bindparam("successor"),
        previous_digest=_grants.c.refresh_digest,
        rotated_at=bindparam("at"),
        idle_until=bindparam("idle"),
        generation=_grants.c.generation + 1,
    )
    .returning(*FIELDS)
)
_OF_CODE = select(*FIELDS).where(
    _grants.c.code_digest == bindparam("code"), _grants.c.client_id == bindparam("client")
)
_FIND = select(*FIELDS).where(_grants.c.id == bindparam("grant"))


def add(grant: Grant, code_digest: bytes, code_expires_at: int) -> bool:
    """Write a new grant behind its code; return False, and write none, to an application that is disabled."""
    values = {name: getattr(grant, name) for name in _NAMES} | {
        "scopes": " ".join(grant.scopes),
        "code_digest": code_digest,
        "code_expires_at": code_expires_at,
        "kept_until": code_expires_at + LEEWAY,
    }
    return execute(_INSERT, client=grant.client_id, **values).first() is not None


def claim_code(code_digest: bytes, client_id: str, redemption: Redemption) -> Grant | None:
    """Claim an unused, unexpired code of a client; None when there is none."""
    return _one(
        _CLAIM,
        code=code_digest,
        client=client_id,
        at=redemption.at,
        refresh=redemption.refresh_digest,
        idle=redemption.idle_until,
        renewable_until=redemption.renewable_until,
        plain_until=redemption.plain_until,
    )


def of_code(code_digest: bytes, client_id: str) -> Grant | None:
    """Return the grant behind a code of a client, used or not."""
    return _one(_OF_CODE, code=code_digest, client=client_id)


def find(grant_id: str) -> Grant | None:
    """Return a grant as it is now."""
    return _one(_FIND, grant=grant_id)


def rotate(grant_id: str, client_id: str, rotation: Rotation) -> Grant | None:
    """Put the successor in the place of the present refresh token; None when it is not the present one."""
    return _one(
        _ROTATE,
        grant=grant_id,
        client=client_id,
        at=rotation.at,
        presented=rotation.presented,
        successor=rotation.successor,
        idle=rotation.idle_until,
    )


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
    """Revoke the grants that live as long as one of some sessions, and codes of it; return how many.

    What outlives a session begins when its code is redeemed: a code that nobody redeemed goes with it.
    """
    bound = or_(GrantRow.offline.is_(False), GrantRow.redeemed_at.is_(None))
    return _revoke(at, GrantRow.session_id.in_(session_ids), bound)


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


def value(row: Sequence[Any]) -> Grant:
    """Return the grant of a row of FIELDS."""
    ordered: list[Any] = list(row)
    ordered[_SCOPES] = tuple(ordered[_SCOPES].split())
    return Grant(*ordered)


def _revoke(at: int, *which: ColumnElement[bool]) -> int:
    # Locked in one order, so that two who revoke the same grants don't wait for one another.
    theirs = select(GrantRow.id).where(*which, GrantRow.revoked_at.is_(None)).order_by(GrantRow.id)
    revoked = update(GrantRow).where(GrantRow.id.in_(theirs.with_for_update()), GrantRow.revoked_at.is_(None))
    done = cast(
        "CursorResult[Any]", db.session.execute(revoked.values(revoked_at=at), execution_options=_ALL)
    )
    return done.rowcount


def _one(statement: Executable, **facts: object) -> Grant | None:
    row = execute(statement, **facts).first()
    return None if row is None else value(row)
