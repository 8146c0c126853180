"""Who is signed in: on the server, so that a sign-in can be ended by the session that it belongs to.

The browser's cookie holds a random key, this table its SHA-256, and tokens sealed: whoever reads the table
is nobody by it.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from examples.toolbox.database import look, prepare, work
from examples.toolbox.sealing import Seal

LIFETIME = 12 * 3600
"""Seconds; then the browser goes to the provider again, which asks nothing of whoever is signed in there."""

REMEMBERED = 600
"""Seconds for which an ended session is known: longer than any code or logout token is on its way."""

UNDER_WAY = 20_000
"""Sign-ins that were begun and have no answer yet; anybody may begin one, so the oldest make way."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS sign_ins (
    digest TEXT PRIMARY KEY, subject TEXT NOT NULL, session TEXT NOT NULL, id_token TEXT NOT NULL,
    access_token TEXT NOT NULL, refresh_token TEXT NOT NULL, token_ends INTEGER NOT NULL,
    ends INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS sign_ins_by_session ON sign_ins (session);
CREATE INDEX IF NOT EXISTS sign_ins_by_end ON sign_ins (ends);
CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value TEXT NOT NULL, ends INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS kept_by_end ON kept (ends);
CREATE TABLE IF NOT EXISTS ended (session TEXT PRIMARY KEY, ends INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS ended_by_end ON ended (ends);
"""


class SessionEndedError(Exception):
    """The provider said that this session is over before its sign-in was done."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the provider gave for a person in one of its sessions."""

    subject: str
    session: str
    """`sid`, which logout tokens name."""
    id_token: str = field(repr=False)
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    ends: int
    """Unix seconds: of the access token."""

    def runs_out(self, leeway: int) -> bool:
        """Return whether the access token ends within so many seconds."""
        return time.time() + leeway > self.ends

    @property
    def secrets(self) -> tuple[str, str, str]:
        """What nobody else may read."""
        return self.id_token, self.access_token, self.refresh_token

    def renewed(self, answer: dict[str, Any]) -> "Tokens":
        """Return the tokens after a refresh; person and session stay."""
        return replace(
            self,
            access_token=str(answer["access_token"]),
            refresh_token=str(answer["refresh_token"]),
            ends=int(answer["expires_at"]),
        )


class SignIns:
    """The table."""

    def __init__(self, path: Path, seal: Seal) -> None:
        self._path, self._seal = path, seal
        prepare(path, SCHEMA)

    def begin(self, tokens: Tokens) -> str:
        """Keep a new sign-in and return the key to it. Raises SessionEndedError."""
        key, now = secrets.token_urlsafe(32), int(time.time())
        with work(self._path) as database:
            ended = database.execute("SELECT 1 FROM ended WHERE session = ?", (tokens.session,))
            if ended.fetchone():
                raise SessionEndedError
            digest = _digest(key)
            sealed = [self._seal.close(each, digest) for each in tokens.secrets]
            database.execute(
                "INSERT INTO sign_ins VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (digest, tokens.subject, tokens.session, *sealed, tokens.ends, now + LIFETIME),
            )
        return key

    def find(self, key: str) -> Tokens | None:
        """Return the tokens behind a key, None when there are none any more."""
        with look(self._path) as database:
            found = database.execute(
                "SELECT * FROM sign_ins WHERE digest = ? AND ends > ?", (_digest(key), int(time.time()))
            )
            return self._tokens(found.fetchone())

    def renew(self, key: str, tokens: Tokens) -> bool:
        """Replace the tokens of a sign-in; one that ended meanwhile stays ended, and the answer is False."""
        digest = _digest(key)
        sealed = [self._seal.close(each, digest) for each in tokens.secrets]
        with work(self._path) as database:
            changed = database.execute(
                "UPDATE sign_ins SET id_token = ?, access_token = ?, refresh_token = ?, token_ends = ? "
                "WHERE digest = ?",
                (*sealed, tokens.ends, digest),
            )
            return changed.rowcount == 1

    def end(self, key: str) -> Tokens | None:
        """End one sign-in and return its tokens."""
        with work(self._path) as database:
            gone = database.execute("DELETE FROM sign_ins WHERE digest = ? RETURNING *", (_digest(key),))
            return self._tokens(gone.fetchone())

    def purge(self) -> list[Tokens]:
        """End the sign-ins that nobody comes back to any more; return their tokens."""
        with work(self._path) as database:
            gone = database.execute("DELETE FROM sign_ins WHERE ends <= ? RETURNING *", (int(time.time()),))
            return [tokens for row in gone.fetchall() if (tokens := self._tokens(row))]

    def end_session(self, session: str) -> list[Tokens]:
        """End all sign-ins of a session of the provider, also one that is just being made; return theirs.

        A session that ended never comes back. So it may be told twice, and a logout token that somebody
        kept ends nothing new.
        """
        with work(self._path) as database:
            now = int(time.time())
            database.execute("DELETE FROM ended WHERE ends < ?", (now,))
            database.execute("INSERT OR REPLACE INTO ended VALUES (?, ?)", (session, now + REMEMBERED))
            gone = database.execute("DELETE FROM sign_ins WHERE session = ? RETURNING *", (session,))
            return [tokens for row in gone.fetchall() if (tokens := self._tokens(row))]

    def _tokens(self, row: Any) -> Tokens | None:
        """Return the tokens of a row, None when there is none, or when its seal is of another key."""
        if row is None:
            return None
        id_token, access_token, refresh_token = (
            self._seal.open(row[name], row["digest"])
            for name in ("id_token", "access_token", "refresh_token")
        )
        if id_token is None or access_token is None or refresh_token is None:
            return None
        return Tokens(
            row["subject"], row["session"], id_token, access_token, refresh_token, row["token_ends"]
        )


class Kept:
    """What Authlib remembers between a request and its answer: state, nonce and verifier. Good once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, key: str) -> str | None:
        """Return a value, None when it is gone."""
        with look(self._path) as database:
            found = database.execute(
                "SELECT value FROM kept WHERE key = ? AND ends > ?", (key, int(time.time()))
            ).fetchone()
        return found["value"] if found else None

    def set(self, key: str, value: str, lifetime: int) -> None:
        """Keep a value for some seconds."""
        now = int(time.time())
        with work(self._path) as database:
            database.execute("DELETE FROM kept WHERE ends < ?", (now,))
            database.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (key, value, now + lifetime))
            # Each new row has a higher rowid: this finds what is too much without looking at the rest.
            database.execute(
                "DELETE FROM kept WHERE rowid <= (SELECT max(rowid) FROM kept) - ?", (UNDER_WAY,)
            )

    def delete(self, key: str) -> None:
        """Forget a value."""
        with work(self._path) as database:
            database.execute("DELETE FROM kept WHERE key = ?", (key,))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
