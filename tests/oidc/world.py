"""A world in memory for the protocol's logic.

Clients, resources, keys and counters that tests can look into. People are in `people_world`.
"""

import base64
import json
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote_plus, urlencode

from authserver.clients.api_client import AUTH_METHODS, ApiClient, StoredSecret
from authserver.clients.application import Application
from authserver.clients.resource import Resource
from authserver.clients.secrets import digest
from authserver.oidc.client_auth.assertion import Assertions
from authserver.oidc.client_auth.authentication import ClientAuthentication
from authserver.oidc.endpoints.token import TokenEndpoint
from authserver.oidc.errors import OAuthError
from authserver.oidc.grants.client_credentials import ClientCredentials
from authserver.oidc.messages.machine import Answer, Endpoint, MachineRequest
from authserver.oidc.ports import Client
from authserver.oidc.tokens.issuer import Mint
from authserver.oidc.vocabulary import CLIENT_CREDENTIALS, FORM

ISSUER = "https://as.test"
NOW = 1_800_000_000
SECRET = "asec_of-the-tests"
WEBAPI = Resource("webapi", "webapi", ("webapi", "webapi.read"), "ES256", "rfc9068", 3600)
CLIENT = ApiClient(
    id="2d1b6a3e-5a53-4c8e-9e4f-0a5f2f6f4a11",
    organization_id="8f14e45f-ceea-467f-a1d5-91f0b1c3e2aa",
    name="Test",
    scopes=("webapi",),
    auth_methods=AUTH_METHODS,
    active=True,
    secrets=(StoredSecret("s1", digest(SECRET), None),),
)


class FakeSigner:
    """Shows what would be signed."""

    def __init__(self, algorithm: str) -> None:
        self.algorithm = algorithm

    def sign(self, typ: str, claims: dict[str, object]) -> str:
        return json.dumps({"alg": self.algorithm, "typ": typ, "claims": claims})


@dataclass
class World:
    """All ports at once."""

    clients: dict[str, Client] = field(default_factory=lambda: {CLIENT.id: CLIENT})
    kept: dict[str, Client] = field(default_factory=dict)
    resources: list[Resource] = field(default_factory=lambda: [WEBAPI])
    wait: int | None = None
    quota_wait: int | None = None
    spent: list[tuple[str, str]] = field(default_factory=list)
    time: int = NOW
    reads: list[str] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    used: list[tuple[str, int, str]] = field(default_factory=list)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    at_client: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The key sets that clients show at their own addresses now."""
    fetched: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Those that were fetched from there before."""

    def recent(self, client_id: str) -> Client | None:
        return self.kept.get(client_id)

    def read(self, client_id: str) -> Client | None:
        self.reads.append(client_id)
        return self.clients.get(client_id)

    def secret_used(self, secret_id: str, at: int, source: str) -> None:
        self.used.append((secret_id, at, source))

    def by_scope(self) -> dict[str, Resource]:
        return {scope: resource for resource in self.resources for scope in resource.scopes}

    def signer(self, algorithm: str) -> FakeSigner:
        return FakeSigner(algorithm)

    def jwks(self) -> bytes:
        return b'{"keys":[]}'

    def hints(self) -> bytes:
        return self.jwks()

    def failed(self, client_id: str, source: str, request_id: str) -> int | None:  # noqa: ARG002 - the port's
        self.failures.append((client_id, source))
        return self.wait

    def spend(self, client: ApiClient, source: str, request_id: str) -> int | None:  # noqa: ARG002 - the port's
        self.spent.append((client.id, source))
        return self.quota_wait

    def keys_of(self, application: Application, *, fresh: bool) -> dict[str, Any]:
        if not application.jwks_uri:
            return application.jwks or {"keys": []}
        if fresh or application.jwks_uri not in self.fetched:
            self.fetched[application.jwks_uri] = self.at_client.get(application.jwks_uri, {"keys": []})
        return self.fetched[application.jwks_uri]

    def claim(self, client_id: str, jti: str, expires_at: int) -> bool:
        new = (client_id, jti) not in self.seen
        self.seen[client_id, jti] = expires_at
        return new

    def change(self, client_id: str = CLIENT.id, **values: Any) -> None:
        """Change a client."""
        self.clients[client_id] = replace(self.clients[client_id], **values)

    @property
    def authenticate(self) -> ClientAuthentication:
        audiences = frozenset({ISSUER, f"{ISSUER}/connect/token"})
        assertions = Assertions(audiences, self, self, lambda: self.time)
        return ClientAuthentication(self, self, assertions, lambda: self.time)

    @property
    def endpoint(self) -> TokenEndpoint:
        mint = Mint(ISSUER, self, lambda: self.time)
        return TokenEndpoint(self.authenticate, self, {CLIENT_CREDENTIALS: ClientCredentials(self)}, mint)

    def ask(self, request: MachineRequest) -> "Outcome":
        """Send a request to the token endpoint."""
        return asked(self.endpoint, request)


@dataclass(frozen=True)
class Outcome:
    """An answer or a refusal, and short ways to speak of either."""

    answer: Answer | None = None
    refusal: OAuthError | None = None

    @property
    def body(self) -> Any:
        assert self.answer is not None, self.refusal and (self.refusal.code, self.refusal.description)
        return json.loads(self.answer.body)

    @property
    def token(self) -> Any:
        """The claims of the access token, with `alg` and `typ` of its header beside them."""
        return json.loads(self.body["access_token"])

    @property
    def claims(self) -> Any:
        return self.token["claims"]

    def refused(self, code: str, status: int = 400) -> OAuthError:
        assert self.refusal is not None, "was granted"
        assert (self.refusal.code, self.refusal.wire.status) == (code, status)
        return self.refusal


def asked(endpoint: Endpoint, request: MachineRequest) -> Outcome:
    """Return what an endpoint says, refusals included."""
    try:
        return Outcome(answer=endpoint(request))
    except OAuthError as refusal:
        return Outcome(refusal=refusal)


def request(**changes: Any) -> MachineRequest:
    """Return a POSTed form request, with what a test changes of it."""
    plain = MachineRequest("POST", "", FORM, b"", False, "", "", "192.0.2.7", "request-1")
    return plain._replace(**changes)


def form(parameters: dict[str, str] | list[tuple[str, str]], **changes: Any) -> MachineRequest:
    """Return a request with a form."""
    return request(body=urlencode(parameters).encode(), **changes)


def post(**parameters: str) -> MachineRequest:
    """Return the request of a client that puts its secret in the body; an empty value leaves one out."""
    usual = {"grant_type": CLIENT_CREDENTIALS, "client_id": CLIENT.id, "client_secret": SECRET}
    return form({name: value for name, value in (usual | parameters).items() if value})


def basic(client_id: str = CLIENT.id, secret: str = SECRET, **parameters: str) -> MachineRequest:
    """Return the request of a client that authenticates by HTTP Basic (RFC 6749 section 2.3.1)."""
    return form(
        {"grant_type": CLIENT_CREDENTIALS} | parameters, authorization=basic_header(client_id, secret)
    )


def basic_header(client_id: str, secret: str) -> str:
    """Return the Authorization header."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
