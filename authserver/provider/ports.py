"""The protocol's ports over this server's stores."""

from collections.abc import Collection

from authserver.accounts import sessions
from authserver.accounts.account import Account
from authserver.accounts.profile import Profile
from authserver.accounts.store import accounts, profiles
from authserver.audit.log import Origin, record
from authserver.base.cache import ShortCache
from authserver.base.clock import now
from authserver.clients.api_client import ApiClient
from authserver.clients.last_used import LastUsed
from authserver.clients.resource import Resource, ResourceCaller
from authserver.clients.store import api_clients, applications, resources, secrets
from authserver.mail import outbox
from authserver.oidc.messages.grant import Grant
from authserver.oidc.messages.organization import Place
from authserver.oidc.messages.security_event import grant_ended, token_ended
from authserver.oidc.ports import Client
from authserver.oidc.store import audiences, grants, registers, security_events
from authserver.organizations import catalogue
from authserver.organizations.member import Membership
from authserver.organizations.permissions import held
from authserver.organizations.store import memberships
from authserver.throttle.failures import Failures
from authserver.throttle.issuance import IssuanceQuota
from authserver.web import metrics

CLIENTS_KEPT = 5_000
"""Clients in memory at most; about 1 KiB each, and each for a second."""


class CachedClients:
    """Clients, at most a second old; their use is noted in memory."""

    def __init__(self, last_used: LastUsed) -> None:
        """Take where uses are noted."""
        self._cache: ShortCache[str, Client] = ShortCache(self._find, size=CLIENTS_KEPT)
        self.recent = self._cache.recent
        self.read = self._cache.read
        self.secret_used = last_used.note

    def _find(self, client_id: str) -> Client | None:
        api_client = api_clients.find_for_tokens(client_id)
        # Asked in any case: the time must not tell which kind of client there is, or whether there is one.
        return applications.find(client_id) or api_client


class Callers(CachedClients):
    """Whoever may ask about tokens: API resources too, by their names."""

    def _find(self, client_id: str) -> Client | None:
        resource = resources.find(client_id)
        client = super()._find(client_id)
        if resource is None:
            return client
        return ResourceCaller(
            resource.name, resource.audience, secrets.stored(resource.name), resource.algorithm
        )


class CachedCatalogue:
    """The resource of each scope, at most a second old.

    While the database is away the last catalogue serves discovery on, for as long as its readers may keep the
    document anyway; tokens need the client as well, which is not served on.
    """

    def __init__(self, outage: int) -> None:
        """Take how long (seconds) the last catalogue may be served while the database is away."""
        self._cache: ShortCache[str, dict[str, Resource]] = ShortCache(self._read, size=1, outage=outage)

    def by_scope(self) -> dict[str, Resource]:
        """Return the resource of each scope; the same object until it was read again."""
        return self._cache.get("") or {}

    def _read(self, _key: str) -> dict[str, Resource]:
        return {scope: resource for resource in resources.everything() for scope in resource.scopes}


class CachedOrigins:
    """From where browsers may call, at most a second old."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._cache: ShortCache[str, frozenset[str]] = ShortCache(self._read, size=1)

    def registered(self) -> frozenset[str]:
        """Return the origins of all active applications."""
        return self._cache.get("") or frozenset()

    def _read(self, _key: str) -> frozenset[str]:
        return applications.cors_origins()


class ThrottledSecrets:
    """Counts failed client authentications, and tells the audit trail when the door closes."""

    def __init__(self, failures: Failures) -> None:
        """Take the shared counters."""
        self._failures = failures

    def failed(self, client_id: str, source: str, request_id: str) -> int | None:
        """Count a failure; return the seconds after which to try again when there were too many."""
        verdict = self._failures.failed(client_id, source)
        metrics.count_failure(throttled=verdict.retry_after is not None)
        if verdict.first:
            # One event per window, not per failure: an attacker must not be able to fill the trail.
            origin = Origin("anonymous", source, request_id)
            record(origin, "client.throttled", target=client_id, result="refused")
        return verdict.retry_after


class Quota:
    """Counts tokens of API clients, and tells their administrators when all of an hour are spent."""

    def __init__(self, quota: IssuanceQuota) -> None:
        """Take the shared counters."""
        self._quota = quota

    def spend(self, client: ApiClient, source: str, request_id: str) -> int | None:
        """Count one token; return the seconds after which there are new ones when all are spent."""
        verdict = self._quota.spend(client.id, client.organization_id)
        if verdict.first:
            record(
                Origin(f"client:{client.id}", source, request_id),
                "api_client.quota_spent",
                target=client.id,
                organization=client.organization_id,
                result="refused",
            )
        return verdict.retry_after


class Persons:
    """Accounts and their sessions."""

    def may_be_acted_for(self, account_id: str, session_id: str | None) -> bool:
        """Return whether an account is not gone or disabled, and a session of it, when one is named, goes on.

        Asking counts as a use of the session.
        """
        return accounts.is_enabled(account_id) if session_id is None else sessions.use(session_id, account_id)

    def account(self, account_id: str) -> Account | None:
        """Return an account, None when it is gone."""
        return accounts.find(account_id)

    def profile(self, account_id: str) -> Profile:
        """Return what an account says of itself."""
        return profiles.find(account_id)


class Organizations:
    """Who belongs where."""

    def active(self, account_id: str, wanted: str) -> Place | None:
        """Return a person's place in an organization, or in the one used last, or in the first."""
        if wanted:
            membership = memberships.find(wanted, account_id)
        else:
            # The one that was used last; all alike are in the order in which the person came.
            able = [each for each in memberships.of_account(account_id) if not each.organization.disabled]
            membership = max(able, key=lambda each: each.last_used_at, default=None)
        return _place(membership) if membership and not membership.organization.disabled else None

    def all_of(self, account_id: str) -> list[Place]:
        """Return all places of a person; what they may do there is left out."""
        return [
            Place(each.organization.id, each.organization.name, each.role, ())
            for each in memberships.of_account(account_id)
            if not each.organization.disabled
        ]

    def chosen(self, account_id: str, organization_id: str) -> None:
        """Hear that a person chose an organization."""
        memberships.used(organization_id, account_id, now())


def _place(membership: Membership) -> Place:
    organization = membership.organization
    rights = held(membership.granted, catalogue.names(), organization.limited_to)
    return Place(organization.id, organization.name, rights.role, tuple(sorted(rights.permissions)))


class UsedAssertions:
    """The register of client assertions that were seen."""

    def claim(self, client_id: str, jti: str, expires_at: int) -> bool:
        """Enter one; return whether it was new."""
        return registers.enter(registers.ASSERTIONS, expires_at, client_id, jti)


class Grants:
    """What people granted; whoever verifies tokens offline is told when one of them ends."""

    add = staticmethod(grants.add)
    claim_code = staticmethod(grants.claim_code)
    of_code = staticmethod(grants.of_code)
    rotate = staticmethod(grants.rotate)
    find = staticmethod(grants.find)

    def revoke(self, grant_id: str, at: int) -> bool:
        """Revoke a grant with all that it gave; return whether it was not revoked before."""
        revoked = grants.revoke(grant_id, at)
        if revoked:
            security_events.write(grant_ended(grant_id, at), audiences.of_grant(grant_id))
        return revoked


class RevokedTokens:
    """The register of access tokens that were revoked one by one."""

    def add(self, jti: str, expires_at: int, audience: Collection[str]) -> None:
        """Enter one that is made out to some APIs, until it expires anyway (Unix seconds)."""
        if registers.enter(registers.REVOKED, expires_at, jti):
            security_events.write(token_ended(jti, now()), audiences.of_audience(audience))

    def has(self, jti: str) -> bool:
        """Return whether one was revoked."""
        return registers.has(registers.REVOKED, jti)


class Trail:
    """The audit trail, and letters of warning."""

    def code_replayed(self, grant: Grant, source: str, request_id: str) -> None:
        """Hear that a code was used a second time, so that what it gave was revoked."""
        _tell("code.replayed", grant, source, request_id)

    def refresh_token_replayed(self, grant: Grant, source: str, request_id: str) -> None:
        """Hear that a replaced refresh token came back, so that its family was revoked."""
        _tell("refresh_token.replayed", grant, source, request_id)
        account, application = accounts.find(grant.account_id), applications.find(grant.client_id)
        if account and application:
            # ASVS 6.3.5: the person learns that somebody may hold what is theirs.
            outbox.enqueue("access_ended", application.name, account.email, account.language, once=True)


def _tell(action: str, grant: Grant, source: str, request_id: str) -> None:
    origin = Origin(f"client:{grant.client_id}", source, request_id)
    record(origin, action, target=grant.account_id, result="refused", grant=grant.id)
