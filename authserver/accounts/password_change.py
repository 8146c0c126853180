"""A new password in the place of an old one: by a link from a letter, or by whoever knows the old one."""

from authserver.accounts import sessions, sign_in, signals
from authserver.accounts.account import Account, Browser
from authserver.accounts.services import Services
from authserver.accounts.sign_in import Entry
from authserver.accounts.signals import AccountEvent
from authserver.accounts.store import accounts, devices, one_time
from authserver.audit.log import Origin, record
from authserver.base.errors import Conflict
from authserver.base.handles import digest
from authserver.mail import outbox


def account_of_link(services: Services, token: str) -> Account | None:
    """Return the account of a reset link that still works; a look consumes nothing."""
    account_id = one_time.holder(one_time.PASSWORD_RESETS, digest(token), services.now())
    account = accounts.find(account_id) if account_id else None
    return None if account is None or account.disabled else account


def reset(
    services: Services, account: Account, token: str, password_hash: str, browser: Browser, origin: Origin
) -> str:
    """Use a reset link, once (ASVS 6.4.3); return the handle of a device that is known from here on.

    All sessions end, and devices so far are strangers again: a thief may be among them. This browser becomes
    known, for it just proved that it reads the letters. Raises Conflict when somebody was faster.
    """
    present = accounts.lock(account.id)
    if present is None or present.account.disabled:
        raise Conflict("This account can't be used.")
    if not one_time.claim(one_time.PASSWORD_RESETS, account.id, digest(token), services.now()):
        raise Conflict("This link was used already.")
    devices.forget_all(account.id)
    _replace(services, account, password_hash, origin, "password.reset")
    return sign_in.note_device(account, browser, services.now())


def change(
    services: Services,
    account: Account,
    password_hash: str,
    browser: Browser,
    origin: Origin,
    *,
    keep: bool = False,
) -> Entry:
    """Replace the password of a locked account, whose owner just gave the old one.

    Every session ends; the one of this browser goes on under a new handle (ASVS 7.2.4, 7.4.3).
    """
    _replace(services, account, password_hash, origin, "password.changed")
    session, handle = sessions.start(services.settings, account.id, "full", browser, keep=keep)
    return Entry(session, account, handle, sign_in.note_device(account, browser, services.now()))


def _replace(services: Services, account: Account, password_hash: str, origin: Origin, action: str) -> None:
    accounts.set_password(account.id, password_hash, services.now())
    # Also a change of address that a thief asked for.
    one_time.forget_all(account.id)
    sessions.end_all(account.id, origin)
    record(origin, action, target=account.id)
    signals.password_changed.send(AccountEvent(account, origin))
    outbox.enqueue("password_changed", account.id, account.email, account.language, once=True)
