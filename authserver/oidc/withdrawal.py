"""Taking back what an application may do for a person: by the person, or by an operator."""

from authserver.accounts.store import accounts
from authserver.audit.log import Origin, record
from authserver.base.clock import now
from authserver.oidc.messages.security_event import tokens_ended
from authserver.oidc.store import audiences, consents, grants, security_events


def withdraw(account_id: str, client_id: str, origin: Origin) -> bool:
    """Forget a consent, and end what the application holds: at once, on every instance (ASVS 10.7.3).

    Returns whether there was anything to end.
    """
    # Held, so that a request that is granted at this moment is either seen here or finds nothing agreed.
    if accounts.lock(account_id) is None:
        return False
    agreed = consents.withdraw(account_id, client_id)
    at = now()
    ended = grants.revoke_of_account(account_id, at, client_id)
    if ended:
        security_events.write(
            tokens_ended(at, sub=account_id, client_id=client_id),
            audiences.of_account(account_id, client_id),
        )
    if agreed or ended:
        record(origin, "consent.withdrawn", target=client_id, account=account_id, grants=str(ended))
    return agreed or ended > 0
