"""A world with people in it: somebody is signed in, and products send them here (authorization code flow)."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from authserver.accounts.account import Account
from authserver.clients.api_client import StoredSecret
from authserver.clients.application import PERSONAL_SCOPES, Application
from authserver.clients.resource import Resource, ResourceCaller
from authserver.clients.secrets import digest
from authserver.oidc.authorization.visit import Visit
from authserver.oidc.client_auth.authentication import ClientAuthentication
from authserver.oidc.endpoints.authorize import AuthorizationEndpoint
from authserver.oidc.endpoints.introspect import Introspection
from authserver.oidc.endpoints.revoke import Revocation
from authserver.oidc.endpoints.token import GrantType, TokenEndpoint
from authserver.oidc.endpoints.userinfo import Userinfo
from authserver.oidc.grants.authorization_code import AuthorizationCode
from authserver.oidc.grants.client_credentials import ClientCredentials
from authserver.oidc.grants.personal import Personal
from authserver.oidc.grants.refresh_token import Refresh
from authserver.oidc.logout.request import LogoutRequests
from authserver.oidc.messages.machine import MachineRequest
from authserver.oidc.ports import Client
from authserver.oidc.settings import ProtocolSettings
from authserver.oidc.tokens.issuer import Mint
from authserver.oidc.tokens.reader import TokenReader
from authserver.oidc.vocabulary import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, REFRESH_TOKEN
from tests.oidc.memory import (
    Applications,
    Consents,
    Grants,
    Organizations,
    People,
    RevocationLimits,
    RevokedTokens,
    Standings,
    Trail,
)
from tests.oidc.relying_party import RelyingParty
from tests.oidc.signing import KeyRing
from tests.oidc.world import CLIENT, ISSUER, NOW, SECRET, WEBAPI, World, request

PERSON = Account(
    id="0b7c1d7e-51f5-4a34-8f0a-a2f7f7d4a001",
    email="ada@example.org",
    created_at=NOW - 90_000,
    email_proven_at=NOW - 80_000,
)
SESSION = "6a7f5a55-7f0c-4c8f-9a52-0d3ce7b1f002"
SIGNED_IN_AT = NOW - 100
HERE = Visit(PERSON.id, SESSION, SIGNED_IN_AT)
"""The person, signed in a while ago."""

BILLING = Resource("billing", "https://billing.test", ("billing",), "ES256", "rfc9068", 300)
OLD = Resource("old", "old", ("old",), "RS256", "identityserver", 600)
SCOPES = (*PERSONAL_SCOPES, "webapi", "webapi.read", "billing", "old")
STORED = (StoredSecret("s1", digest(SECRET), None),)

CONFIDENTIAL = Application(
    id="5c3a1f9e-0000-4000-8000-000000000001",
    name="Product",
    auth_method="client_secret_basic",
    redirect_uris=("https://rp.test/cb",),
    scopes=SCOPES,
    post_logout_redirect_uris=("https://rp.test/bye",),
    secrets=STORED,
)
PUBLIC = Application(
    id="5c3a1f9e-0000-4000-8000-000000000002",
    name="App",
    auth_method="none",
    redirect_uris=("https://app.test/cb", "http://127.0.0.1/cb"),
    scopes=SCOPES,
    cors_origins=("https://app.test",),
)
LEGACY = Application(
    id="5c3a1f9e-0000-4000-8000-000000000003",
    name="Old",
    auth_method="client_secret_post",
    redirect_uris=("https://old.test/cb",),
    scopes=SCOPES,
    profile="legacy",
    secrets=STORED,
)
OTHER = replace(
    CONFIDENTIAL,
    id="5c3a1f9e-0000-4000-8000-000000000004",
    name="Other",
    redirect_uris=("https://other.test/cb",),
    post_logout_redirect_uris=("https://other.test/bye",),
)
API = ResourceCaller("webapi", WEBAPI.audience, STORED)

NEW_KEY, OLD_KEY = b"new successor key", b"old successor key"


def everybody() -> dict[str, Client]:
    """Return all who may ask."""
    applications = (CONFIDENTIAL, PUBLIC, LEGACY, OTHER)
    return {client.id: client for client in (CLIENT, API, *applications)}


def known_people() -> People:
    """Return the one person, with a session."""
    return People({PERSON.id: PERSON}, sessions={SESSION})


@dataclass
class PeopleWorld:
    """All ports and all endpoints; `machine` holds clients, resources, counters and the time."""

    machine: World = field(
        default_factory=lambda: World(clients=everybody(), resources=[WEBAPI, BILLING, OLD])
    )
    grants: Grants = field(default_factory=Grants)
    people: People = field(default_factory=known_people)
    organizations: Organizations = field(default_factory=Organizations)
    consents: Consents = field(default_factory=Consents)
    revoked: RevokedTokens = field(default_factory=RevokedTokens)
    limits: RevocationLimits = field(default_factory=RevocationLimits)
    trail: Trail = field(default_factory=Trail)
    keys: KeyRing = field(default_factory=KeyRing)
    successor_keys: tuple[bytes, ...] = (NEW_KEY,)
    visit: Visit | None = HERE
    settings: ProtocolSettings = field(default_factory=lambda: ProtocolSettings(ISSUER, 300))

    def __post_init__(self) -> None:
        """Let everybody agree to everything; tests of consent take it back."""
        for client_id in self.machine.clients:
            self.consents.remember(PERSON.id, client_id, SCOPES, NOW)

    def clock(self) -> int:
        return self.machine.time

    def passes(self, seconds: int) -> None:
        """Let time go by."""
        self.machine.time += seconds

    def change(self, client: Client, **values: Any) -> None:
        """Change a client."""
        self.machine.change(client.id, **values)

    def party(self, client: Client = CONFIDENTIAL) -> RelyingParty:
        """Return a client that knows how to ask."""
        return RelyingParty(self, client.id)

    @property
    def applications(self) -> Applications:
        return Applications(self.machine.clients)

    @cached_property
    def reader(self) -> TokenReader:
        return TokenReader(ISSUER, self.keys, self.clock)

    @property
    def standings(self) -> Standings:
        return Standings(self.grants, self.people, self.applications, self.revoked)

    @property
    def authenticate(self) -> ClientAuthentication:
        return self.machine.authenticate

    @property
    def authorization(self) -> AuthorizationEndpoint:
        return AuthorizationEndpoint(
            ISSUER,
            self.applications,
            self.machine,
            self.reader,
            self.consents,
            self.grants,
            self.organizations,
            self.clock,
        )

    @property
    def token(self) -> TokenEndpoint:
        personal = Personal(
            self.settings, self.grants, self.people, self.organizations, self.trail, self.clock
        )
        grant_types: dict[str, GrantType] = {
            CLIENT_CREDENTIALS: ClientCredentials(self.machine),
            AUTHORIZATION_CODE: AuthorizationCode(personal),
            REFRESH_TOKEN: Refresh(personal, self.successor_keys),
        }
        return TokenEndpoint(
            self.authenticate, self.machine, grant_types, Mint(ISSUER, self.keys, self.clock)
        )

    @property
    def userinfo(self) -> Userinfo:
        return Userinfo(ISSUER, self.reader, self.standings, self.organizations, self.keys, self.clock)

    @property
    def introspection(self) -> Introspection:
        return Introspection(
            self.authenticate,
            self.machine,
            self.reader,
            self.standings,
            self.revoked,
            self.organizations,
            self.clock,
        )

    @property
    def revocation(self) -> Revocation:
        return Revocation(
            self.authenticate,
            self.reader,
            self.grants,
            self.revoked,
            self.limits,
            self.successor_keys,
            self.clock,
        )

    @property
    def logout_requests(self) -> LogoutRequests:
        return LogoutRequests(self.reader, self.applications)


def bearing(token: str, **changes: Any) -> MachineRequest:
    """Return a GET with an access token in its header."""
    usual = {"method": "GET", "content_type": "", "authorization": f"Bearer {token}"}
    return request(**(usual | changes))
