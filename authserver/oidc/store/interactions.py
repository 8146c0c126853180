"""The queries and writes of authorization requests that wait for a person."""

from dataclasses import dataclass, field

import orjson
from sqlalchemy import delete, select, update

from authserver.extensions import db
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


def add(interaction: Interaction) -> None:
    """Keep a request until it is granted, refused or too old."""
    db.session.add(
        InteractionRow(
            digest=interaction.digest,
            browser=interaction.browser,
            client_id=interaction.client_id,
            parameters=orjson.dumps(interaction.parameters).decode(),
            hinted_subject=interaction.hinted_subject,
            session=interaction.session,
            consented_by=None,
            created_at=interaction.created_at,
            expires_at=interaction.created_at + LIFETIME,
        )
    )
    db.session.flush()


def find(digest: bytes, now: int) -> Interaction | None:
    """Return a request that still waits."""
    waiting = select(InteractionRow).where(InteractionRow.digest == digest, InteractionRow.expires_at > now)
    row = db.session.scalar(waiting.execution_options(populate_existing=True))
    if row is None:
        return None
    parameters = tuple((name, value) for name, value in orjson.loads(row.parameters))
    return Interaction(
        row.digest,
        row.browser,
        row.client_id,
        parameters,
        row.hinted_subject,
        row.session,
        row.created_at,
        row.consented_by,
    )


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
    longer = update(InteractionRow).where(InteractionRow.digest == digest, InteractionRow.expires_at > until)
    db.session.execute(longer.values(expires_at=until))


def delete_expired(now: int, limit: int) -> int:
    """Delete some requests that nobody came back for; return how many."""
    over = InteractionRow.expires_at <= now
    some = select(InteractionRow.digest).where(over).limit(limit)
    gone = delete(InteractionRow).where(InteractionRow.digest.in_(some), over)
    return len(db.session.scalars(gone.returning(InteractionRow.digest)).all())
