"""Choosing the first own password: the address is proven, and the account begins."""

from flask_babel import gettext as _

from authserver.accounts import sessions, sign_in, signals
from authserver.accounts.account import Account, Browser, Session
from authserver.accounts.mailed_password import normalised
from authserver.accounts.services import Services
from authserver.accounts.sign_in import Entry
from authserver.accounts.signals import AccountEvent
from authserver.accounts.store import accounts, one_time
from authserver.audit.log import Origin, record
from authserver.base.errors import Conflict, Refused
from authserver.base.handles import digest


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
    at = services.now()
    if not accounts.choose_first_password(account.id, password_hash, at):
        raise Conflict("This account has a password already.")
    one_time.forget_all(account.id)
    if session.id not in sessions.end_all(account.id, origin):
        raise Conflict("This session ended.")
    record(origin, "account.first_signed_in", target=account.id, session=session.id)
    signals.first_signed_in.send(AccountEvent(account, origin))
    fresh, handle = sessions.start(services.settings, account.id, "full", browser)
    device = sign_in.note_device(account, browser, at)
    return Entry(fresh, account, handle, device)
