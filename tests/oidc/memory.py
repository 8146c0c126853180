"""The ports of people in memory: each act is one step under one lock, as in the stores one statement."""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from authserver.accounts.account import Account
from authserver.accounts.profile import Profile
from authserver.clients.application import Application
from authserver.oidc.messages.grant import Grant, Redemption, Rotation, Standing
from authserver.oidc.messages.organization import Place
from authserver.oidc.ports import Client


@dataclass
class Row:
    """A grant behind its code."""

    grant: Grant
    code_digest: bytes
    code_expires_at: int


class Grants:
    """What `oidc/store/grants.py` does with UPDATEs that name the state they expect."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self._lock = threading.Lock()

    def add(self, grant: Grant, code_digest: bytes, code_expires_at: int) -> bool:
        with self._lock:
            self.rows[grant.id] = Row(grant, code_digest, code_expires_at)
        return True

    def claim_code(self, code_digest: bytes, client_id: str, redemption: Redemption) -> Grant | None:
        def unused(row: Row) -> bool:
            return (
                row.code_digest == code_digest
                and row.grant.client_id == client_id
                and row.grant.redeemed_at is None
                and row.grant.revoked_at is None
                and row.code_expires_at > redemption.at
            )

        def redeemed(grant: Grant) -> Grant:
            return replace(
                grant,
                redeemed_at=redemption.at,
                refresh_digest=redemption.refresh_digest if grant.renewable else None,
                idle_until=redemption.idle_until,
                expires_at=redemption.renewable_until if grant.renewable else redemption.plain_until,
            )

        return self._change(unused, redeemed)

    def rotate(self, grant_id: str, client_id: str, rotation: Rotation) -> Grant | None:
        def presented(row: Row) -> bool:
            return (
                row.grant.id == grant_id
                and row.grant.client_id == client_id
                and row.grant.refresh_digest == rotation.presented
                and row.grant.revoked_at is None
                and row.grant.idle_until > rotation.at
                and row.grant.expires_at > rotation.at
            )

        def rotated(grant: Grant) -> Grant:
            return replace(
                grant,
                refresh_digest=rotation.successor,
                previous_digest=grant.refresh_digest,
                rotated_at=rotation.at,
                idle_until=rotation.idle_until,
                generation=grant.generation + 1,
            )

        return self._change(presented, rotated)

    def revoke(self, grant_id: str, at: int) -> bool:
        changed = self._change(
            lambda row: row.grant.id == grant_id and row.grant.revoked_at is None,
            lambda grant: replace(grant, revoked_at=at),
        )
        return changed is not None

    def of_code(self, code_digest: bytes, client_id: str) -> Grant | None:
        with self._lock:
            found = [row.grant for row in self.rows.values() if row.code_digest == code_digest]
        return found[0] if found and found[0].client_id == client_id else None

    def find(self, grant_id: str) -> Grant | None:
        with self._lock:
            row = self.rows.get(grant_id)
        return row.grant if row else None

    @property
    def only(self) -> Grant:
        """The one grant of a test."""
        (row,) = self.rows.values()
        return row.grant

    def _change(self, which: Callable[[Row], bool], how: Callable[[Grant], Grant]) -> Grant | None:
        with self._lock:
            for row in self.rows.values():
                if which(row):
                    row.grant = how(row.grant)
                    return row.grant
        return None


@dataclass
class People:
    """Accounts, what they say of themselves, and the sessions that live."""

    accounts: dict[str, Account] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)

    def may_be_acted_for(self, account_id: str, session_id: str | None) -> bool:
        account = self.accounts.get(account_id)
        lives = session_id is None or session_id in self.sessions
        return account is not None and not account.disabled and lives

    def account(self, account_id: str) -> Account | None:
        return self.accounts.get(account_id)

    def profile(self, account_id: str) -> Profile:
        return self.profiles.get(account_id, Profile())


@dataclass
class Organizations:
    """The places of people, the oldest first; which one was chosen last."""

    places: dict[str, list[Place]] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)

    def active(self, account_id: str, wanted: str) -> Place | None:
        theirs = self.places.get(account_id, [])
        if wanted:
            return next((place for place in theirs if place.id == wanted), None)
        if self.last.get(account_id):
            return self.active(account_id, self.last[account_id])
        return theirs[0] if theirs else None

    def all_of(self, account_id: str) -> list[Place]:
        return self.places.get(account_id, [])

    def chosen(self, account_id: str, organization_id: str) -> None:
        self.last[account_id] = organization_id


@dataclass
class Consents:
    """What people agreed to."""

    agreed: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def scopes(self, account_id: str, client_id: str) -> frozenset[str]:
        return self.agreed.get((account_id, client_id), frozenset())

    def remember(self, account_id: str, client_id: str, agreed: Collection[str], at: int) -> None:  # noqa: ARG002 - the port's
        self.agreed[account_id, client_id] = self.scopes(account_id, client_id) | set(agreed)


@dataclass
class RevocationLimits:
    """The port of limits: who was counted, and whether the next has to wait."""

    wait: int | None = None
    counted: list[tuple[str, str, str]] = field(default_factory=list)

    def of_person(self, client_id: str, subject: str) -> int | None:
        self.counted.append(("person", client_id, subject))
        return self.wait

    def of_machine(self, client_id: str, organization_id: str) -> int | None:
        self.counted.append(("machine", client_id, organization_id))
        return self.wait


@dataclass
class RevokedTokens:
    """Access tokens that were revoked one by one."""

    entered: dict[str, int] = field(default_factory=dict)

    told: dict[str, Collection[str]] = field(default_factory=dict)
    """For which APIs they were."""

    def add(self, jti: str, expires_at: int, audience: Collection[str]) -> None:
        self.entered[jti] = expires_at
        self.told[jti] = audience

    def has(self, jti: str) -> bool:
        return jti in self.entered


@dataclass
class Trail:
    """What would be audited: what happened, to which grant, from where."""

    told: list[tuple[str, str, str, str]] = field(default_factory=list)

    def code_replayed(self, grant: Grant, source: str, request_id: str) -> None:
        self.told.append(("code", grant.id, source, request_id))

    def refresh_token_replayed(self, grant: Grant, source: str, request_id: str) -> None:
        self.told.append(("refresh_token", grant.id, source, request_id))


@dataclass(frozen=True)
class Applications:
    """The products that people sign in to, among all clients."""

    clients: Mapping[str, Client]

    def find(self, client_id: str) -> Application | None:
        client = self.clients.get(client_id)
        return client if isinstance(client, Application) else None


@dataclass(frozen=True)
class Standings:
    """What a person's token stands on: what `oidc/store/standing.py` joins."""

    grants: Grants
    people: People
    applications: Applications
    revoked: RevokedTokens

    def find(self, grant_id: str, jti: str) -> Standing | None:
        grant = self.grants.find(grant_id)
        if grant is None or grant.revoked_at is not None or grant.redeemed_at is None:
            return None
        account, application = self.people.account(grant.account_id), self.applications.find(grant.client_id)
        lives = grant.offline or grant.session_id in self.people.sessions
        if account is None or account.disabled or application is None or not application.active:
            return None
        if not lives or self.revoked.has(jti):
            return None
        profile = self.people.profile(account.id)
        return Standing(grant, account, profile, application.userinfo_algorithm, application.scopes)
