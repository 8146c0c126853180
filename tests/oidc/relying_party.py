"""A relying party that speaks the protocol: it asks for a code, redeems it, and refreshes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from authserver.clients.application import Application
from authserver.oidc.endpoints.authorize import ConsentNeeded, RefusedRequest, SignInNeeded
from authserver.oidc.errors import Displayed, Redirected
from authserver.oidc.messages.authorization import AuthorizationResponse, Pairs
from authserver.oidc.messages.machine import Endpoint, MachineRequest
from authserver.oidc.vocabulary import AUTHORIZATION_CODE, REFRESH_TOKEN
from tests.oidc.signing import claims_of, header_of
from tests.oidc.world import ISSUER, SECRET, Outcome, asked, basic_header, form

if TYPE_CHECKING:
    from tests.oidc.people_world import PeopleWorld

VERIFIER = "a-verifier-of-more-than-forty-three-characters"
CHALLENGE = "AKaopYQ563pi9GQf83eEMKvsNOZCHLRRNarAWfXnrnQ"
STATE = "xyz"
NONCE = "n-0S6_WzA2Mj"


@dataclass(frozen=True)
class Authorization:
    """What came of an authorization request: an answer to the client, or a page."""

    response: AuthorizationResponse | None = None
    needed: SignInNeeded | ConsentNeeded | None = None
    page: Displayed | None = None

    @property
    def parameters(self) -> dict[str, str]:
        """What the client reads; each parameter comes once."""
        assert self.response is not None, self
        named = dict(self.response.parameters)
        assert len(named) == len(self.response.parameters)
        return named

    @property
    def code(self) -> str:
        assert "code" in self.parameters, self
        return self.parameters["code"]

    def refused(self, error: str, state: str | None = STATE) -> str:
        """Check that the client is told an error, with its state and who says it; return the description."""
        assert self.parameters.keys() == {"error", "error_description", "iss"} | (
            {"state"} if state else set()
        )
        assert (self.parameters["error"], self.parameters.get("state")) == (error, state)
        # RFC 9207 section 2: in error responses as well.
        assert self.parameters["iss"] == ISSUER
        return self.parameters["error_description"]

    def displayed(self, error: str) -> Displayed:
        """Check that a page tells it, and that nobody is sent anywhere."""
        assert self.page is not None, self
        assert self.response is None
        assert self.page.code == error
        return self.page

    def asks_to_sign_in(self) -> bool:
        return isinstance(self.needed, SignInNeeded)

    def asks_for_consent(self) -> bool:
        return isinstance(self.needed, ConsentNeeded)


@dataclass(frozen=True)
class Tokens(Outcome):
    """What the token endpoint says, with real tokens in it."""

    @property
    def access_token(self) -> str:
        return str(self.body["access_token"])

    @property
    def refresh_token(self) -> str:
        return str(self.body["refresh_token"])

    @property
    def id_token(self) -> str:
        return str(self.body["id_token"])

    @property
    def access(self) -> Any:
        """The claims of the access token."""
        assert header_of(self.access_token)["typ"] == "at+jwt"
        return claims_of(self.access_token)

    @property
    def identity(self) -> Any:
        """The claims of the ID token."""
        return claims_of(self.id_token)


@dataclass(frozen=True)
class RelyingParty:
    """One client in a world."""

    world: "PeopleWorld"
    client_id: str

    @property
    def client(self) -> Application:
        client = self.world.machine.clients[self.client_id]
        assert isinstance(client, Application)
        return client

    def parameters(self, **changes: str | None) -> Pairs:
        """Return those of a usual request; None leaves one out."""
        usual: dict[str, str | None] = {
            "client_id": self.client_id,
            "redirect_uri": self.client.redirect_uris[0],
            "response_type": "code",
            "scope": "openid",
            "state": STATE,
            "nonce": NONCE,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return tuple((name, value) for name, value in (usual | changes).items() if value is not None)

    def authorize(self, *more: tuple[str, str], **changes: str | None) -> Authorization:
        """Send a request, with whoever is in front of the browser; `more` is put behind it."""
        endpoint = self.world.authorization
        try:
            checked = endpoint.check((*self.parameters(**changes), *more))
        except Displayed as error:
            return Authorization(page=error)
        if isinstance(checked, RefusedRequest):
            return Authorization(checked.response)
        try:
            needed = endpoint.judge(checked, self.world.visit)
        except Redirected as error:
            return Authorization(endpoint.refusal(checked.request, error))
        if needed is not None:
            return Authorization(needed=needed)
        assert self.world.visit is not None
        return Authorization(endpoint.grant(checked, self.world.visit))

    def redeem(self, code: str, **changes: str) -> Tokens:
        """Redeem a code; an empty value leaves a parameter out."""
        redirect_uri = self.client.redirect_uris[0]
        usual = {"code": code, "redirect_uri": redirect_uri, "code_verifier": VERIFIER}
        return self.token(AUTHORIZATION_CODE, **(usual | changes))

    def refresh(self, refresh_token: str, **changes: str) -> Tokens:
        """Use a refresh token."""
        return self.token(REFRESH_TOKEN, **({"refresh_token": refresh_token} | changes))

    def tokens(self, **changes: str | None) -> Tokens:
        """Get a code and redeem it."""
        return self.redeem(self.authorize(**changes).code)

    def token(self, grant_type: str, **parameters: str) -> Tokens:
        """Ask the token endpoint."""
        outcome = self.ask(self.world.token, grant_type=grant_type, **parameters)
        return Tokens(outcome.answer, outcome.refusal)

    def userinfo(self, tokens: Tokens) -> Any:
        """Return what userinfo says."""
        authorization = f"Bearer {tokens.access_token}"
        return asked(self.world.userinfo, form({}, method="GET", authorization=authorization)).body

    def revoke(self, token: str) -> Outcome:
        """Give a token back."""
        return self.ask(self.world.revocation, token=token)

    def introspect(self, token: str) -> Any:
        """Ask about a token."""
        return self.ask(self.world.introspection, token=token).body

    def ask(self, endpoint: Endpoint, **parameters: str) -> Outcome:
        """Send a form to an endpoint, authenticated as registered; an empty value leaves a parameter out."""
        return asked(
            endpoint, self.authenticated({name: value for name, value in parameters.items() if value})
        )

    def authenticated(self, parameters: dict[str, str]) -> MachineRequest:
        """Return a form with this client's credentials."""
        client = self.world.machine.clients[self.client_id]
        if "client_secret_post" in client.auth_methods:
            return form(parameters | {"client_id": client.id, "client_secret": SECRET})
        if "none" in client.auth_methods:
            return form(parameters | {"client_id": client.id})
        return form(parameters, authorization=basic_header(client.id, SECRET))
