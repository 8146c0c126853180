"""The queries and writes of applications."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any, cast

from sqlalchemy import Row, bindparam, delete, func, literal, or_, select, update

from authserver.base.tables import table_of
from authserver.clients.api_client import StoredSecret
from authserver.clients.application import Application, AuthMethod, Profile
from authserver.clients.models import ApplicationRow, ApplicationSecretRow
from authserver.extensions import db, execute
from authserver.keys.lifecycle import Algorithm

_LISTS = ("redirect_uris", "post_logout_redirect_uris", "cors_origins")

_applications = table_of(ApplicationRow)
_secrets = table_of(ApplicationSecretRow)
_FIND = (
    select(_applications, _secrets.c.id.label("secret_id"), _secrets.c.digest, _secrets.c.expires_at)
    .outerjoin(_secrets, _secrets.c.application_id == _applications.c.id)
    .where(_applications.c.id == bindparam("application"))
)
_HOLD = (
    select(_applications.c.id)
    .where(_applications.c.id == bindparam("application"), _applications.c.disabled_at.is_(None))
    .with_for_update(read=True)
)


def add(application: Application) -> None:
    """Write a new application."""
    db.session.add(ApplicationRow(**_values(application)))
    db.session.flush()


def save(application: Application) -> None:
    """Write what may be changed of an application."""
    values = _values(application)
    del values["id"], values["created_at"], values["disabled_at"]
    db.session.execute(update(ApplicationRow).where(ApplicationRow.id == application.id).values(values))


def find(application_id: str) -> Application | None:
    """Return an application with the digests of its secrets, in one query."""
    rows = execute(_FIND, application=application_id).all()
    if not rows:
        return None
    kept = (StoredSecret(row.secret_id, row.digest, row.expires_at) for row in rows if row.secret_id)
    return _value(rows[0], tuple(kept))


def hold(application_id: str) -> bool:
    """Keep an application from being disabled or deleted until this unit of work ends.

    Returns False when it is disabled or gone. Ask before anything is written that belongs to it, so that
    nobody waits in a circle for whoever deletes it.
    """
    return execute(_HOLD, application=application_id).first() is not None


def page(*, search: str = "", after: str = "", limit: int = 100) -> list[Application]:
    """Return applications in the order of their ids, from behind one of them; without their secrets.

    `search` is a part of the name, in any case, or an id.
    """
    rows = select(ApplicationRow).where(ApplicationRow.id > after).order_by(ApplicationRow.id).limit(limit)
    if search:
        named = func.lower(ApplicationRow.name).contains(search.lower(), autoescape=True)
        rows = rows.where(or_(named, ApplicationRow.id == search))
    return [_value(row) for row in db.session.scalars(rows)]


def named(application_ids: Collection[str]) -> dict[str, Application]:
    """Return applications by their ids; without their secrets."""
    rows = select(ApplicationRow).where(ApplicationRow.id.in_(application_ids))
    return {row.id: _value(row) for row in db.session.scalars(rows)}


def cors_origins() -> frozenset[str]:
    """Return the origins from which browsers may call for some active application."""
    lists = select(ApplicationRow.cors_origins).where(ApplicationRow.disabled_at.is_(None))
    return frozenset(origin for each in db.session.scalars(lists) for origin in each)


def set_disabled(application_id: str, at: int | None) -> bool:
    """Disable (at a Unix time) or enable (None) an application; return whether that changed anything."""
    now_disabled = ApplicationRow.disabled_at.is_not(None)
    present = ~now_disabled if at is not None else now_disabled
    changed = update(ApplicationRow).where(ApplicationRow.id == application_id, present)
    return db.session.scalar(changed.values(disabled_at=at).returning(ApplicationRow.id)) is not None


def remove(application_id: str) -> None:
    """Delete an application and its secrets. Its id stays in the register of subjects for ever."""
    db.session.execute(delete(ApplicationRow).where(ApplicationRow.id == application_id))


def anyone_holds(scope: str) -> bool:
    """Return whether some application may ask for a scope."""
    padded = literal(" ") + ApplicationRow.scopes + literal(" ")
    holders = select(ApplicationRow.id).where(padded.contains(f" {scope} ", autoescape=True)).limit(1)
    return db.session.scalar(holders) is not None


def _values(application: Application) -> dict[str, Any]:
    values = asdict(application)
    del values["secrets"]
    lists: dict[str, Any] = {name: list(values[name]) for name in _LISTS}
    return values | lists | {"scopes": " ".join(application.scopes)}


def _value(
    row: ApplicationRow | Row[*tuple[Any, ...]], secrets: tuple[StoredSecret, ...] = ()
) -> Application:
    return Application(
        id=row.id,
        name=row.name,
        auth_method=cast("AuthMethod", row.auth_method),
        redirect_uris=tuple(row.redirect_uris),
        scopes=tuple(row.scopes.split()),
        profile=cast("Profile", row.profile),
        post_logout_redirect_uris=tuple(row.post_logout_redirect_uris),
        backchannel_logout_uri=row.backchannel_logout_uri,
        cors_origins=tuple(row.cors_origins),
        first_party=row.first_party,
        client_uri=row.client_uri,
        logo_uri=row.logo_uri,
        policy_uri=row.policy_uri,
        tos_uri=row.tos_uri,
        id_token_algorithm=cast("Algorithm", row.id_token_algorithm),
        userinfo_algorithm=cast("Algorithm", row.userinfo_algorithm),
        claims_in_id_token=row.claims_in_id_token,
        access_token_lifetime=row.access_token_lifetime,
        refresh_token_lifetime=row.refresh_token_lifetime,
        refresh_token_idle=row.refresh_token_idle,
        jwks=row.jwks,
        jwks_uri=row.jwks_uri,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        secrets=secrets,
    )
