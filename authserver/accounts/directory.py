"""What operators do with accounts: create, find, disable, enable, send letters, grant rights, delete."""

from authserver.accounts import sessions, signals
from authserver.accounts.account import Account
from authserver.accounts.address import canonical
from authserver.accounts.signals import AccountEvent
from authserver.accounts.store import accounts, one_time
from authserver.audit.log import Origin, record
from authserver.base.clock import now
from authserver.base.errors import Conflict, NotFound, Refused
from authserver.base.handles import new_id
from authserver.mail import outbox
from authserver.subjects.store import claim
from authserver.web.unit_of_work import all_or_nothing


def begin(email: str, language: str, origin: Origin, *, operator: bool = False) -> Account | None:
    """Make an account for a canonical address; return None when the address has one."""
    account = Account(new_id(), email, now(), operator=operator, language=language)
    claim(account.id, "account", account.created_at)
    if not accounts.add(account):
        return None
    record(origin, "account.registered", target=account.id)
    return account


def create(email: str, origin: Origin, *, operator: bool = False) -> Account:
    """Make an account and let its welcome letter go out. Raises Refused, Conflict."""
    address = canonical(email)
    if accounts.find_by_email(address) is not None:
        raise Conflict(f"{address} has an account.")
    account = begin(address, "en", origin, operator=operator)
    if account is None:
        raise Conflict(f"{address} has an account.")
    if operator:
        record(origin, "account.operator_granted", target=account.id)
    outbox.enqueue("welcome", account.id, address, account.language)
    return account


def get(email_or_id: str) -> Account:
    """Return an account by its id or its address. Raises NotFound."""
    found = accounts.find(email_or_id)
    if found is None:
        try:
            found = accounts.find_by_email(canonical(email_or_id))
        except Refused:
            found = None
    if found is None:
        raise NotFound(f"There is no account {email_or_id}.")
    return found


def set_disabled(account: Account, origin: Origin, *, disabled: bool) -> Account:
    """Disable an account, or enable it again. Its sessions end at once, on every instance."""
    if accounts.set_disabled(account.id, now() if disabled else None):
        record(origin, "account.disabled" if disabled else "account.enabled", target=account.id)
    if disabled:
        one_time.forget_all(account.id)
        sessions.end_all(account.id, origin)
        signals.disabled.send(AccountEvent(account, origin))
    return get(account.id)


def send_reset(account: Account, origin: Origin) -> None:
    """Let a letter go out that lets the person in: a link, or a password before the first sign-in."""
    if account.disabled:
        raise Refused("The account is disabled; enable it first.")
    outbox.enqueue("forgotten_password", account.id, account.email, account.language)
    record(origin, "account.reset_sent", target=account.id)


def set_operator(account: Account, origin: Origin, *, operator: bool) -> Account:
    """Grant or take the rights over the whole server; sessions so far end (ASVS 7.2.4)."""
    if accounts.set_operator(account.id, operator=operator):
        action = "account.operator_granted" if operator else "account.operator_revoked"
        record(origin, action, target=account.id)
        sessions.end_all(account.id, origin)
        if not operator:
            signals.operator_revoked.send(AccountEvent(account, origin))
    return get(account.id)


def close(account: Account, origin: Origin) -> None:
    """Delete an account for ever; its `sub` is never given out again. Raises what a listener vetoes with.

    A veto leaves everything as it was, also what other listeners removed and sessions that ended.
    """
    with all_or_nothing():
        _close(account, origin)


def _close(account: Account, origin: Origin) -> None:
    if accounts.lock(account.id) is None:
        return
    sessions.end_all(account.id, origin)
    signals.closing.send(AccountEvent(account, origin))
    if accounts.remove(account.id):
        record(origin, "account.closed", target=account.id)
        if account.proven:
            outbox.enqueue("account_closed", account.id, account.email, account.language)
