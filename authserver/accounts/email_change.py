"""Another address for an account: a link confirms the new one, the old one is told before and after."""

from authserver.accounts.account import Account
from authserver.accounts.services import Services
from authserver.accounts.store import accounts, one_time
from authserver.audit.log import Origin, record
from authserver.base.errors import Conflict, NotFound
from authserver.base.handles import digest, new_handle
from authserver.mail import outbox


def ask(services: Services, account: Account, new_email: str, origin: Origin) -> None:
    """Let a canonical address be confirmed. Nobody learns whether it has an account already.

    Nothing changes before the link is used (ASVS 6.4.6). A later wish takes the place of an earlier one.
    """
    verdict = services.mail_limits.ask(new_email, origin.source)
    if verdict.first:
        record(origin, "email_change.limited", target=account.id, result="refused")
    if verdict.retry_after is not None:
        return
    expires_at = services.now() + services.settings.email_change_lifetime
    # The digest of a handle that nobody has: the letter's own takes its place when it is written.
    one_time.put(one_time.EMAIL_CHANGES, account.id, digest(new_handle()), expires_at, new_email=new_email)
    outbox.enqueue("email_change", account.id, new_email, account.language)
    outbox.enqueue("email_change_requested", account.id, account.email, account.language)
    record(origin, "email_change.asked", target=account.id)


def waiting(services: Services, token: str) -> tuple[Account, str] | None:
    """Return the account and the new address of a link that still works; a look consumes nothing."""
    account_id = one_time.holder(one_time.EMAIL_CHANGES, digest(token), services.now())
    account = accounts.find(account_id) if account_id else None
    new_email = one_time.new_email_of(account_id, services.now()) if account_id else None
    return (account, new_email) if account and not account.disabled and new_email else None


def confirm(services: Services, token: str, origin: Origin) -> str:
    """Use a link, once, and return the address that the account has now.

    Raises NotFound for a link that does not work, Conflict when somebody has the address meanwhile.
    """
    found = waiting(services, token)
    if found:
        accounts.lock(found[0].id)
    if found is None or not one_time.claim(
        one_time.EMAIL_CHANGES, found[0].id, digest(token), services.now()
    ):
        raise NotFound("This link does not work any more.")
    account, new_email = found
    holder = accounts.find_by_email(new_email)
    # Whoever registered the address never proved that it is theirs; now somebody did. A disabled one stays.
    if holder and accounts.remove_unproven(holder.id):
        record(origin, "account.superseded", target=holder.id)
    if not accounts.set_email(account.id, new_email, services.now()):
        raise Conflict("This address can't be used.")
    record(origin, "email.changed", target=account.id)
    one_time.forget_all(account.id)
    # The new address stands in the letter's line: the account may be gone before it is written.
    outbox.enqueue("email_changed", new_email, account.email, account.language)
    return new_email
