"""The queries and writes of signing keys."""

from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import delete, select, text, update

from authserver.base.tables import table_of
from authserver.extensions import db, dialect, execute
from authserver.keys.lifecycle import Algorithm, KeyTimes
from authserver.keys.models import SigningKeyRow

_LOCK = 0x6B657973
"""Advisory lock of PostgreSQL under which the set of keys changes ("keys" in ASCII)."""

_keys = table_of(SigningKeyRow)
_EVERYTHING = select(_keys).order_by(_keys.c.algorithm, _keys.c.activates_at, _keys.c.kid)

DESTROYED = b""
"""What is left of the private part of a key that signs no more."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A signing key as it rests: the private part sealed."""

    times: KeyTimes
    public_jwk: dict[str, str] = field(hash=False)
    sealed_private_key: bytes = field(repr=False)

    @property
    def signs(self) -> bool:
        """Whether its private part is still there."""
        return self.sealed_private_key != DESTROYED


def lock() -> None:
    """Let nobody else change the set of keys until this unit of work ends."""
    if dialect() == "sqlite":
        # Any write takes the one write lock; this one changes nothing.
        db.session.execute(text("DELETE FROM signing_keys WHERE 1 = 0"))
    else:
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def everything() -> list[StoredKey]:
    """Return all keys, in the order in which they began to sign."""
    return [
        StoredKey(
            KeyTimes(row.kid, cast("Algorithm", row.algorithm), row.published_at, row.activates_at),
            row.public_jwk,
            row.sealed_private_key,
        )
        for row in execute(_EVERYTHING)
    ]


def add(key: StoredKey) -> None:
    """Write a new key."""
    db.session.add(
        SigningKeyRow(
            kid=key.times.kid,
            algorithm=key.times.algorithm,
            public_jwk=key.public_jwk,
            sealed_private_key=key.sealed_private_key,
            published_at=key.times.published_at,
            activates_at=key.times.activates_at,
        )
    )
    db.session.flush()


def reseal(kid: str, sealed_private_key: bytes) -> None:
    """Replace the sealed private part of a key."""
    changed = update(SigningKeyRow).where(SigningKeyRow.kid == kid)
    db.session.execute(changed.values(sealed_private_key=sealed_private_key))


def remove(kid: str) -> None:
    """Delete a key; its tokens can't be verified any more."""
    db.session.execute(delete(SigningKeyRow).where(SigningKeyRow.kid == kid))
