"""What the life of accounts, sessions, organizations and clients means for what was granted, on one page.

Every consequence is here, in the transaction of its cause; every instance asks the database, so that it holds
everywhere at the next request. Services that verify tokens offline learn of it from the feed of security
events; those that don't follow it accept a token until it expires.
"""

from collections.abc import Collection

from authserver.accounts import signals as accounts
from authserver.accounts.signals import AccountEvent, SessionsEnded
from authserver.base.clock import now
from authserver.clients import signals as clients
from authserver.clients.signals import ApiClientChange, ApiClientEvent, ApplicationEvent
from authserver.oidc.messages.security_event import (
    ACCOUNT_DISABLED,
    ACCOUNT_PURGED,
    CLIENT_DISABLED,
    SESSION_REVOKED,
    SecurityEvent,
    rights_ended,
    session_ended,
    tokens_ended,
)
from authserver.oidc.store import audiences, grants, logouts
from authserver.oidc.store.security_events import write, write_all
from authserver.organizations import authority
from authserver.organizations import signals as organizations
from authserver.organizations.organization import Organization
from authserver.organizations.signals import (
    DepartureEvent,
    MemberEvent,
    OrganizationEvent,
    OrganizationsEvent,
)


def connect() -> None:
    """Listen to the rooms below."""
    accounts.sessions_ended.connect(_sessions_ended)
    accounts.password_changed.connect(_password_changed)
    accounts.disabled.connect(_account_disabled)
    accounts.closing.connect(_account_closing)
    clients.disabled.connect(_everything_of_the_application_ends)
    clients.deleting.connect(_everything_of_the_application_ends)
    clients.api_client_disabled.connect(_api_client_ended)
    clients.api_client_deleted.connect(_api_client_ended)
    clients.api_client_narrowed.connect(_api_client_narrowed)
    organizations.member_left.connect(_member_left)
    organizations.rights_lost.connect(_rights_lost)
    organizations.limited.connect(_organization_limited)
    organizations.disabled.connect(_organization_disabled)
    # Before its API clients are deleted: who heard of them nobody knows any more then.
    organizations.ending.connect(_organizations_ending)


def _sessions_ended(event: SessionsEnded) -> None:
    """Sign-out, ended elsewhere, replaced: what lives with the session ends, and who knows of it is told.

    What was granted for offline access stays (OpenID Connect Core section 11).
    """
    at = now()
    grants.revoke_of_sessions(event.session_ids, at)
    # Back-Channel Logout section 2.5: all applications that the person signed in to in this session.
    logouts.enqueue(event.account_id, event.session_ids, at)
    reached = audiences.of_sessions(event.session_ids).items()
    write_all((session_ended(session_id, at), resources) for session_id, resources in reached)


def _password_changed(event: AccountEvent) -> None:
    _everything_of_the_person_ends(event.account.id, SESSION_REVOKED)


def _account_disabled(event: AccountEvent) -> None:
    _everything_of_the_person_ends(event.account.id, ACCOUNT_DISABLED)


def _account_closing(event: AccountEvent) -> None:
    _everything_of_the_person_ends(event.account.id, ACCOUNT_PURGED)


def _everything_of_the_person_ends(account_id: str, kind: str) -> None:
    """A new password, a disabled or closed account: offline access too (ASVS 7.4.2, 7.4.3).

    The sessions end as well and say so themselves.
    """
    at = now()
    grants.revoke_of_account(account_id, at)
    write(SecurityEvent(kind, {"sub": account_id}, at), audiences.of_account(account_id))


def _everything_of_the_application_ends(event: ApplicationEvent) -> None:
    """A disabled or deleted application keeps nothing; consents stay until it is deleted."""
    at, client_id = now(), event.application_id
    grants.revoke_of_client(client_id, at)
    write(SecurityEvent(CLIENT_DISABLED, {"client_id": client_id}, at), audiences.of_application(client_id))


def _api_client_ended(event: ApiClientEvent) -> None:
    client = event.client
    ended = SecurityEvent(CLIENT_DISABLED, {"client_id": client.id}, now())
    write(ended, audiences.of_scopes(client.scopes))


def _api_client_narrowed(event: ApiClientChange) -> None:
    """APIs of the scopes that it lost accept it no more, all others no more than it may do now."""
    at, before, after = now(), event.before, event.after
    lost = audiences.of_scopes(set(before.scopes) - set(after.scopes))
    write(tokens_ended(at, client_id=after.id), lost)
    others = audiences.of_scopes(after.scopes) - lost
    write(rights_ended(at, after.permissions, client_id=after.id), others)


def _member_left(event: DepartureEvent) -> None:
    at, reached = now(), audiences.of_member(event.account_id)
    ended = (tokens_ended(at, sub=event.account_id, org_id=each.id) for each in event.organizations)
    write_all((each, reached) for each in ended)


def _rights_lost(event: MemberEvent) -> None:
    """Tokens that say what the member may do no more are not accepted; those that say less go on."""
    rights = authority.member(event.account_id).rights(event.organization)
    permissions = rights.permissions if rights else ()
    ended = rights_ended(now(), permissions, sub=event.account_id, org_id=event.organization.id)
    write(ended, audiences.of_member(event.account_id))


def _organization_limited(event: OrganizationEvent) -> None:
    organization = event.organization
    ended = rights_ended(now(), organization.limited_to or (), org_id=organization.id)
    write_all((ended, names) for names in audiences.of_organizations([organization.id]).values())


def _organization_disabled(event: OrganizationEvent) -> None:
    _organizations_end([event.organization])


def _organizations_ending(event: OrganizationsEvent) -> None:
    _organizations_end(event.organizations)


def _organizations_end(ending: Collection[Organization]) -> None:
    """Nobody acts for a disabled or deleted organization; its API clients are cut off with it."""
    at, reached = now(), audiences.of_organizations([each.id for each in ending])
    write_all((tokens_ended(at, org_id=its_id), names) for its_id, names in reached.items())
