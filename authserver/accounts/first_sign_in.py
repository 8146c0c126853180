"""Choosing the first own password: the address is proven, and the account begins."""

from flask_babel import gettext as _

from authserver.accounts import directory, sessions, sign_in, signals
from authserver.accounts.account import Account, Browser, Credentials, Session
from authserver.accounts.mailed_password import normalised
from authserver.accounts.services import Services
from authserver.accounts.sign_in import Entry
from authserver.accounts.signals import AccountEvent
from authserver.accounts.store import accounts, one_time
from authserver.audit.log import Origin, record
from authserver.base.clock import now
from authserver.base.errors import Conflict, Refused
from authserver.base.handles import digest, new_id


def check_is_not_mailed(account: Account, password: str) -> None:
    """Refuse the password of the letter as a lasting one (ASVS 6.4.1). Raises Refused."""
    if one_time.is_of(one_time.MAILED_PASSWORDS, account.id, digest(normalised(password))):
        raise Refused(_("This is the password from the letter. Choose one that never stood in a letter."))


def choose_password(
    services: Services,
    session: Session,
    account: Account,
    password_hash: str,
    browser: Browser,
    origin: Origin,
) -> Entry:
    """Set the first password, once, and open a session of full rights in the place of the restricted one.

    Raises Conflict when another tab was faster, or the session ended meanwhile.
    """
    _set(account, password_hash, services.now())
    if session.id not in sessions.end_all(account.id, origin):
        raise Conflict("This session ended.")
    return _enter(services, account, browser, origin, session=session.id)


def newcomer(email: str, language: str) -> Account | None:
    """Return the account of a canonical address whose owner has to choose the first password.

    One that does not exist yet is returned as it would begin. None: the owner has to sign in.
    """
    present = accounts.credentials_of(email)
    if present is None:
        return Account(new_id(), email, now(), language=language)
    return present.account if _is_new(present) else None


def begin(email: str, language: str, origin: Origin) -> Account | None:
    """Return the same account, made where it is missing, and locked; None: the owner has to sign in."""
    found = accounts.find_by_email(email) or directory.begin(email, language, origin)
    # Somebody else may have begun it at this moment.
    found = found or accounts.find_by_email(email)
    present = accounts.lock(found.id) if found else None
    return present.account if present and _is_new(present) and present.account.email == email else None


def choose_by_link(
    services: Services, account: Account, password_hash: str, browser: Browser, origin: Origin
) -> Entry:
    """Set the first password of a locked account whose address a link just proved; open a session.

    Raises Conflict when there is a password already.
    """
    _set(account, password_hash, services.now())
    sessions.end_all(account.id, origin)
    return _enter(services, account, browser, origin)


def _is_new(present: Credentials) -> bool:
    return present.password_hash is None and not present.account.disabled


def _set(account: Account, password_hash: str, at: int) -> None:
    if not accounts.choose_first_password(account.id, password_hash, at):
        raise Conflict("This account has a password already.")
    one_time.forget_all(account.id)


def _enter(services: Services, account: Account, browser: Browser, origin: Origin, **details: str) -> Entry:
    record(origin, "account.first_signed_in", target=account.id, **details)
    signals.first_signed_in.send(AccountEvent(account, origin))
    session, handle = sessions.start(services.settings, account.id, "full", browser)
    device = sign_in.note_device(account, browser, services.now())
    return Entry(session, account, handle, device)
