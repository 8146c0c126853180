"""Signing in, in three steps, so that no transaction and no connection waits for the hash.

`knock` counts the attempt and reads the account; `Knock.opens` compares the password, holding nothing;
`enter` opens the session. An unknown account costs the same in each step as a known one.
"""

from dataclasses import dataclass, field

from authserver.accounts import sessions
from authserver.accounts.account import Account, Browser, Credentials, Session, Stage
from authserver.accounts.device_name import browser_name, system_name
from authserver.accounts.mailed_password import normalised
from authserver.accounts.services import Services
from authserver.accounts.store import accounts, devices, one_time
from authserver.accounts.store import sessions as store
from authserver.audit.log import Origin, record
from authserver.base.handles import digest, new_handle
from authserver.mail import outbox

MOST_DEVICES = 50
"""Devices of an account that are known, the ones seen last."""


class Throttled(Exception):  # noqa: N818 - it says what happened: the attempt was not looked at
    """There were too many wrong passwords; `retry_after` says in how many seconds to come back."""

    def __init__(self, retry_after: int) -> None:
        """Take the seconds."""
        super().__init__()
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Knock:
    """An attempt that was counted: who it is for, and what a right password must match."""

    email: str
    browser: Browser
    credentials: Credentials | None = field(repr=False)
    known: bool
    """Whether the account was entered from this device or network before."""
    device: bytes | None = field(repr=False)
    """The digest of the device that the account knows, None for a stranger."""
    retry_after: int | None = None
    """Seconds to wait, when there were too many attempts: the password is not looked at."""

    def opens(self, services: Services, password: str) -> bool:
        """Return whether this is the chosen password, after the time of one hash in any case.

        Raises Throttled, without looking, when there were too many attempts.
        """
        if self.retry_after is not None:
            raise Throttled(self.retry_after)
        stored = self.credentials.password_hash if self.credentials else None
        return services.passwords.verify(stored, password)


@dataclass(frozen=True, slots=True)
class Entry:
    """A session that was opened, its handle, and the handle of the device."""

    session: Session
    account: Account
    handle: str = field(repr=False)
    device: str | None = field(repr=False)
    """None for a browser that is not known yet."""


def knock(services: Services, email: str, password: str, browser: Browser, origin: Origin) -> Knock:
    """Count an attempt on a canonical address and read what it needs; refuses nothing, so that it is kept.

    NIST SP 800-63B section 5.2.2, ASVS 6.3.1: at most 100 failures, counted for all instances. Whoever signed
    in before, from this device or network, is counted apart, so that strangers' guesses don't shut them out.
    """
    credentials = accounts.credentials_of(email)
    # An unknown account asks the same questions of the database.
    account_id = credentials.account.id if credentials else ""
    device = digest(browser.device or "")
    place = devices.knows(account_id, device, browser.network)
    known, named = place is not None, device if place == "device" else None
    mailed = one_time.is_of(one_time.MAILED_PASSWORDS, account_id, digest(normalised(password)))
    if mailed:
        # 123 random bits can't be guessed: nobody keeps a newcomer out by guessing.
        return Knock(email, browser, credentials, known, named)
    verdict = services.guesses.knock(email, browser.source, known=known, device=named)
    if verdict.first:
        record(origin, "sign_in.throttled", target=email, result="refused")
    return Knock(email, browser, credentials, known, named, verdict.retry_after)


def enter(
    services: Services,
    knocked: Knock,
    password: str,
    origin: Origin,
    *,
    opened: bool,
    keep: bool,
    previous: Session | None = None,
) -> Entry | None:
    """Open a session for the right password, chosen or mailed; return None for a wrong one.

    The session that the browser brought along goes on when it is the same person's; else it ends.
    """
    account = still_as_read(knocked)
    mailed = not opened and _mailed_password_opens(services, account, password)
    if account is None or account.disabled or not (opened or mailed):
        record(origin, "sign_in.failed", target=knocked.email, result="refused")
        return None
    forgive(services, knocked)
    who = Origin(f"account:{account.id}", origin.source, origin.request_id)
    stage: Stage = "choose_password" if mailed else "full"
    session, handle = _session(services, account, stage, knocked.browser, previous, keep=keep)
    if previous and previous.id != session.id:
        ended_by = Origin(f"account:{previous.account_id}", origin.source, origin.request_id)
        sessions.end(previous.account_id, previous.id, ended_by)
    record(who, "sign_in.ok", target=account.id, stage=stage)
    return Entry(session, account, handle, _note_sign_in(services, account, knocked) if opened else None)


def _session(
    services: Services,
    account: Account,
    stage: Stage,
    browser: Browser,
    previous: Session | None,
    *,
    keep: bool,
) -> tuple[Session, str]:
    if previous and previous.account_id == account.id and previous.stage == stage:
        renewed = sessions.renew(services.settings, previous, browser, keep=keep)
        if renewed:
            return renewed
    return sessions.start(services.settings, account.id, stage, browser, keep=keep)


def still_as_read(knocked: Knock) -> Account | None:
    """Return the account of an attempt, locked; None when it or its password changed meanwhile."""
    # An unknown account asks the same of the database.
    now = accounts.lock(knocked.credentials.account.id if knocked.credentials else "")
    seen = knocked.credentials
    return now.account if now and seen and now.password_changed_at == seen.password_changed_at else None


def confirmed(services: Services, knocked: Knock, session: Session) -> Account | None:
    """Return the account, locked, of somebody signed in who just gave the password once more.

    None when the session ended, or the account or its password changed, while that was hashed.
    """
    account = still_as_read(knocked)
    if account is None or account.disabled or not store.lives(session, services.now()):
        return None
    return account


def forgive(services: Services, knocked: Knock) -> None:
    """Take back what a right password was counted as."""
    services.guesses.forgive(
        knocked.email, knocked.browser.source, known=knocked.known, device=knocked.device
    )


def rehash(services: Services, knocked: Knock, password: str) -> str | None:
    """Return a hash with today's parameters when the stored one has older ones. Takes the time of a hash."""
    stored = knocked.credentials and knocked.credentials.password_hash
    return services.passwords.hash(password) if stored and services.passwords.needs_rehash(stored) else None


def note_device(account: Account, browser: Browser, at: int) -> str:
    """Know a browser from here on; return the handle of its cookie.

    A handle that the account does not know is not adopted: somebody may have planted it (ASVS 7.2.4).
    """
    if browser.device and devices.knows(account.id, digest(browser.device), browser.network) == "device":
        devices.note(account.id, digest(browser.device), browser.network, at)
        return browser.device
    device = new_handle()
    devices.note(account.id, digest(device), browser.network, at)
    devices.keep_newest(account.id, MOST_DEVICES)
    return device


def _note_sign_in(services: Services, account: Account, knocked: Knock) -> str:
    if not knocked.known:
        # Neither the browser nor the network was seen before (ASVS 6.3.5). What the letter says stands in its
        # line: the session may have ended before it is written.
        agent, source = knocked.browser.user_agent, knocked.browser.source
        seen = "|".join((source, browser_name(agent) or "", system_name(agent) or ""))
        outbox.enqueue("new_sign_in", seen, account.email, account.language)
    return note_device(account, knocked.browser, services.now())


def _mailed_password_opens(services: Services, account: Account | None, password: str) -> bool:
    # 124 random bits: compared as their SHA-256, used once (ASVS 6.4.1). Unknown accounts ask as well.
    return one_time.claim(
        one_time.MAILED_PASSWORDS,
        account.id if account and not account.disabled else "",
        digest(normalised(password)),
        services.now(),
    )
