"""What the life of accounts, sessions and applications means for codes, tokens, families and notifications.

Every consequence is here, in the transaction of its cause; every instance asks the database, so that it holds
everywhere at the next request. Tokens that services verify offline end with their lifetime.
"""

from authserver.accounts import signals as accounts
from authserver.accounts.signals import AccountEvent, SessionsEnded
from authserver.base.clock import now
from authserver.clients import signals as applications
from authserver.clients.signals import ApplicationEvent
from authserver.oidc.store import grants, logouts


def connect() -> None:
    """Listen to the rooms below."""
    accounts.sessions_ended.connect(_sessions_ended)
    accounts.password_changed.connect(_everything_of_the_person_ends)
    accounts.disabled.connect(_everything_of_the_person_ends)
    accounts.closing.connect(_everything_of_the_person_ends)
    applications.disabled.connect(_everything_of_the_application_ends)
    applications.deleting.connect(_everything_of_the_application_ends)


def _sessions_ended(event: SessionsEnded) -> None:
    """Sign-out, ended elsewhere, replaced: what lives with the session ends, and who knows of it is told.

    What was granted for offline access stays (OpenID Connect Core section 11).
    """
    at = now()
    grants.revoke_of_sessions(event.session_ids, at)
    # Back-Channel Logout section 2.5: all applications that the person signed in to in this session.
    logouts.enqueue(event.account_id, event.session_ids, at)


def _everything_of_the_person_ends(event: AccountEvent) -> None:
    """A new password, a disabled or closed account: offline access too (ASVS 7.4.2, 7.4.3).

    The sessions end as well and say so themselves.
    """
    grants.revoke_of_account(event.account.id, now())


def _everything_of_the_application_ends(event: ApplicationEvent) -> None:
    """A disabled or deleted application keeps nothing; consents stay until it is deleted."""
    grants.revoke_of_client(event.application_id, now())
