"""Sessions: each sign-in opens one under a new handle; a row that goes ends it on every instance at once."""

from dataclasses import replace

from authserver.accounts import signals
from authserver.accounts.account import Account, Browser, Session, Stage
from authserver.accounts.signals import SessionsEnded
from authserver.accounts.store import accounts, sessions
from authserver.audit.log import SYSTEM, Origin, record
from authserver.base.clock import now
from authserver.base.handles import digest, new_handle, new_id
from authserver.config import Settings

TOUCH = 60
"""Seconds between two writes of when a session was last seen."""

CHOOSING = 3600
"""Seconds that a person may take to choose the first password."""

LONGEST_NAME = 300


def start(
    settings: Settings, account_id: str, stage: Stage, browser: Browser, *, keep: bool = False
) -> tuple[Session, str]:
    """Open a session and return it with its handle, which nobody can read again (ASVS 7.2.3, 7.2.4)."""
    at = now()
    idle, absolute = settings.session_idle, settings.session_absolute
    if keep and settings.session_kept:
        idle = absolute = settings.session_kept
    if stage == "choose_password":
        idle = absolute = CHOOSING
    session = Session(
        id=new_id(),
        account_id=account_id,
        stage=stage,
        created_at=at,
        authenticated_at=at,
        last_seen_at=at,
        idle=idle,
        expires_at=at + absolute,
        source=browser.source,
        user_agent=_shown(browser),
    )
    handle = new_handle()
    _ended(account_id, sessions.add(session, digest(handle)), SYSTEM)
    accounts.signed_in(account_id, at)
    return session, handle


def renew(
    settings: Settings, session: Session, browser: Browser, *, keep: bool = False
) -> tuple[Session, str] | None:
    """Go on in a session whose person gave the password once more, under a new handle (ASVS 7.2.4).

    Its id stays: it is the `sid` that applications know. Returns None when it ended meanwhile.
    """
    at = now()
    idle, absolute = settings.session_idle, settings.session_absolute
    if keep and settings.session_kept:
        idle = absolute = settings.session_kept
    renewed = replace(
        session,
        authenticated_at=at,
        last_seen_at=at,
        idle=idle,
        expires_at=at + absolute,
        source=browser.source,
        user_agent=_shown(browser),
    )
    handle = new_handle()
    if not sessions.renew(renewed, digest(handle)):
        return None
    accounts.signed_in(session.account_id, at)
    return renewed, handle


def find(handle: str) -> tuple[Session, Account] | None:
    """Return the live session of a handle and its account."""
    return sessions.find(digest(handle), now())


def is_to_be_noted(session: Session) -> bool:
    """Return whether the last note of its use is so old that another one is due."""
    return session.last_seen_at <= now() - TOUCH


def note_use(session: Session) -> None:
    """Note that a session is used."""
    sessions.touch(session, now())


def hold(account_id: str, session_id: str) -> Session | None:
    """Return a live session, and keep it from being ended before this unit of work ends.

    None when it ended, or its account may not sign in any more.
    """
    credentials = accounts.lock(account_id)
    if credentials is None or credentials.account.disabled:
        return None
    return sessions.by_id(session_id, now())


def use(session_id: str, account_id: str) -> bool:
    """Return whether a session of an account lives, and note that it was used on its person's behalf."""
    session = sessions.by_id(session_id, now())
    if session is None or session.account_id != account_id:
        return False
    if is_to_be_noted(session):
        note_use(session)
    return True


def end(account_id: str, session_id: str, origin: Origin) -> bool:
    """End one session of an account; return whether it was there."""
    # Whoever is let in to an application at this moment holds the account: then both are seen by each other.
    accounts.lock(account_id)
    if not sessions.end(account_id, session_id):
        return False
    record(origin, "session.ended", target=session_id)
    signals.sessions_ended.send(SessionsEnded(account_id, (session_id,), origin))
    return True


def end_all(account_id: str, origin: Origin, *, but: str = "") -> list[str]:
    """End all sessions of an account but one; return their ids."""
    accounts.lock(account_id)
    ended = sessions.end_all(account_id, but=but)
    _ended(account_id, ended, origin)
    return ended


def _ended(account_id: str, ids: list[str], origin: Origin) -> None:
    if ids:
        record(origin, "sessions.ended", target=account_id, count=str(len(ids)))
        signals.sessions_ended.send(SessionsEnded(account_id, tuple(ids), origin))


def _shown(browser: Browser) -> str:
    return "".join(c for c in browser.user_agent if c.isprintable())[:LONGEST_NAME]
