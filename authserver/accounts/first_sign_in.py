"""Choosing the first own password: the address is proven, and the account begins."""

from authserver.accounts import sessions, sign_in, signals
from authserver.accounts.account import Account, Browser, Session
from authserver.accounts.services import Services
from authserver.accounts.sign_in import Entry
from authserver.accounts.signals import AccountEvent
from authserver.accounts.store import accounts, one_time
from authserver.audit.log import Origin, record
from authserver.base.errors import Conflict


def choose_password(
    services: Services,
    session: Session,
    account: Account,
    password_hash: str,
    browser: Browser,
    origin: Origin,
) -> Entry:
    """Set the first password, once, and open a session of full rights in the place of the restricted one.

    Raises Conflict when another tab was faster. ASVS 6.4.1: the mailed password never becomes a lasting one.
    """
    at = services.now()
    if not accounts.choose_first_password(account.id, password_hash, at):
        raise Conflict("This account has a password already.")
    one_time.forget(one_time.MAILED_PASSWORDS, account.id)
    sessions.end_all(account.id, origin)
    record(origin, "account.first_signed_in", target=account.id, session=session.id)
    signals.first_signed_in.send(AccountEvent(account, origin))
    fresh, handle = sessions.start(services.settings, account.id, "full", browser)
    device = sign_in.note_device(account, browser, at)
    return Entry(fresh, account, handle, device)
