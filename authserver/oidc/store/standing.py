"""All that a person's token stands on, in one query: grant, account, session, application, profile.

Columns, not objects, and a statement that is made once: this runs at each userinfo and introspection.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, exists, or_, select

from authserver.accounts.account import Account
from authserver.accounts.models import AccountRow, ProfileRow, SessionRow
from authserver.accounts.profile import Profile
from authserver.base.clock import now
from authserver.clients.models import ApplicationRow
from authserver.extensions import connect
from authserver.oidc.messages.grant import Standing
from authserver.oidc.models import GrantRow, RevokedTokenRow
from authserver.oidc.store import grants
from authserver.oidc.store.registers import digest_of

_grants, _accounts, _profiles = GrantRow.__table__, AccountRow.__table__, ProfileRow.__table__
_sessions, _applications, _revoked = SessionRow.__table__, ApplicationRow.__table__, RevokedTokenRow.__table__

_ACCOUNT = tuple(_accounts.c[name] for name in Account.__dataclass_fields__)
_PROFILE = tuple(_profiles.c[name] for name in Profile.__dataclass_fields__)
_ACCOUNT_AT = len(grants.FIELDS)
_PROFILE_AT = _ACCOUNT_AT + len(_ACCOUNT)

_FIND = (
    select(*grants.FIELDS, *_ACCOUNT, *_PROFILE, _applications.c.userinfo_algorithm, _applications.c.scopes)
    .select_from(_grants)
    .join(_accounts, _accounts.c.id == _grants.c.account_id)
    .join(_applications, _applications.c.id == _grants.c.client_id)
    .outerjoin(_profiles, _profiles.c.account_id == _accounts.c.id)
    .outerjoin(_sessions, _sessions.c.id == _grants.c.session_id)
    .where(
        _grants.c.id == bindparam("grant"),
        _grants.c.revoked_at.is_(None),
        _grants.c.redeemed_at.is_not(None),
        _accounts.c.disabled_at.is_(None),
        _applications.c.disabled_at.is_(None),
        or_(
            _grants.c.offline,
            and_(_sessions.c.idle_until > bindparam("at"), _sessions.c.expires_at > bindparam("at")),
        ),
        ~exists().where(_revoked.c.digest == bindparam("token")),
    )
)


def find(grant_id: str, jti: str) -> Standing | None:
    """Return what a token stands on, None when something of it ended."""
    facts = {"grant": grant_id, "token": digest_of(jti), "at": now()}
    with connect() as connection:
        row = connection.execute(_FIND, facts).first()
    if row is None:
        return None
    account = Account(*row[_ACCOUNT_AT:_PROFILE_AT])
    *profile, algorithm, scopes = row[_PROFILE_AT:]
    grant = grants.value(row[:_ACCOUNT_AT])
    return Standing(grant, account, _profile(profile), algorithm, tuple(scopes.split()))


def _profile(values: Sequence[Any]) -> Profile:
    # Nobody has filled it in yet: there is no row.
    return Profile() if values[-1] is None else Profile(*values)
