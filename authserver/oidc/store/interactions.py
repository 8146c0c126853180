"""The queries and writes of authorization requests that wait for a person."""

from dataclasses import dataclass, field

import orjson
from sqlalchemy import bindparam, delete, insert, select, update

from authserver.base.tables import table_of
from authserver.extensions import db, execute
from authserver.oidc.messages.authorization import Pairs
from authserver.oidc.models import InteractionRow

LIFETIME = 3600
"""Seconds that a person may take."""

PRESSED_TWICE = 10
"""Seconds for which a request may be granted once more: who presses a button twice gets in."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """A request that waits. Digests are those of the handles that the browser holds."""

    digest: bytes = field(repr=False)
    browser: bytes | None = field(repr=False)
    client_id: str
    parameters: Pairs
    hinted_subject: str
    """Whom the request is about, as its id_token_hint said."""
    session: bytes | None = field(repr=False)
    """The session that was there when it began."""
    created_at: int
    consented_by: str | None = None


_interactions = table_of(InteractionRow)
_NAMES = tuple(Interaction.__dataclass_fields__)
_PARAMETERS = _NAMES.index("parameters")
_THIS = _interactions.c.digest == bindparam("this")

_INSERT = insert(_interactions)
_FIND = select(*(_interactions.c[name] for name in _NAMES)).where(
    _THIS, _interactions.c.expires_at > bindparam("now")
)
_FINISH = (
    update(_interactions)
    .where(_THIS, _interactions.c.expires_at > bindparam("until"))
    .values(expires_at=bindparam("until"))
)


def add(interaction: Interaction) -> None:
    """Keep a request until it is granted, refused or too old."""
    values = {name: getattr(interaction, name) for name in _NAMES} | {
        "parameters": orjson.dumps(interaction.parameters).decode(),
        "expires_at": interaction.created_at + LIFETIME,
    }
    execute(_INSERT, **values)


def find(digest: bytes, now: int) -> Interaction | None:
    """Return a request that still waits."""
    row = execute(_FIND, this=digest, now=now).first()
    if row is None:
        return None
    ordered = list(row)
    ordered[_PARAMETERS] = tuple((name, value) for name, value in orjson.loads(row.parameters))
    return Interaction(*ordered)


def bind(digest: bytes, browser: bytes, session: bytes | None) -> bool:
    """Bind a request that another site's form brought to the browser that came for it; once."""
    free = update(InteractionRow).where(InteractionRow.digest == digest, InteractionRow.browser.is_(None))
    bound = free.values(browser=browser, session=session).returning(InteractionRow.digest)
    return db.session.scalar(bound) is not None


def consented(digest: bytes, account_id: str) -> None:
    """Note who agreed to a request."""
    waiting = update(InteractionRow).where(InteractionRow.digest == digest)
    db.session.execute(waiting.values(consented_by=account_id))


def finish(digest: bytes, until: int) -> None:
    """Let a request wait no longer than until a time (Unix seconds)."""
    execute(_FINISH, this=digest, until=until)


def delete_expired(now: int, limit: int) -> int:
    """Delete some requests that nobody came back for; return how many."""
    over = InteractionRow.expires_at <= now
    some = select(InteractionRow.digest).where(over).limit(limit)
    gone = delete(InteractionRow).where(InteractionRow.digest.in_(some), over)
    return len(db.session.scalars(gone.returning(InteractionRow.digest)).all())
