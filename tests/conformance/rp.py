"""A relying party that is not ours: Authlib speaks with the provider, joserfc verifies what it signs."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from tests.conformance.checks import are_standard_claims
from tests.conformance.exchange import Exchange, Tokens
from tests.conformance.person import Person, Stand, walk
from tests.conformance.provider import Claims, Provider
from tests.conformance.visit import Answer, Pairs, Visit
from tests.support.browser import Browser

ORIGIN = "https://rp.test"
CALLBACK = f"{ORIGIN}/cb"
LOGGED_OUT = f"{ORIGIN}/logged-out"


@dataclass(frozen=True)
class Registration:
    """What the provider knows of a relying party."""

    client_id: str
    client_secret: str = field(repr=False)
    auth_method: str


@dataclass
class RelyingParty:
    """One relying party, and the person before it with an empty browser."""

    provider: Provider
    registration: Registration
    person: Person
    browser: Browser
    response_mode: str = "query"
    session: OAuth2Session = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.session = OAuth2Session(
            self.registration.client_id,
            self.registration.client_secret,
            token_endpoint_auth_method=self.registration.auth_method,
            scope="openid",
            redirect_uri=CALLBACK,
            # The default of the code flow is not sent (OAuth 2.0 Multiple Response Types section 2.1).
            response_mode=None if self.response_mode == "query" else self.response_mode,
            code_challenge_method="S256",
            default_timeout=10,
        )
        self._heard: list[requests.Response] = []
        for hook in ("access_token_response", "refresh_token_response"):
            self.session.register_compliance_hook(hook, self._hear)

    def request(self, **parameters: str | None) -> Pairs:
        """Return an authorization request; what is None is left out."""
        given = {"nonce": generate_token(10)} | {
            name: value for name, value in parameters.items() if value is not None
        }
        address, _state = self.session.create_authorization_url(
            self.provider.metadata["authorization_endpoint"],
            **({"state": generate_token(10)} | given),
        )
        pairs = parse_qsl(urlsplit(address).query, keep_blank_values=True)
        return [(name, value) for name, value in pairs if parameters.get(name, "") is not None]

    def send(self, request: Pairs) -> Visit:
        """Send the person to the provider with a request, by a link."""
        address = f"{self.provider.metadata['authorization_endpoint']}?{urlencode(request)}"
        return self._visit(walk(self.browser, self.provider.issuer, self.browser.open(address)), request)

    def send_by_post(self, request: Pairs) -> Visit:
        """Send the person to the provider with a request, by a form of our page."""
        address = self.provider.metadata["authorization_endpoint"]
        headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        page = self.browser.post(address, headers, **dict(request))
        return self._visit(walk(self.browser, self.provider.issuer, page), request)

    def authorize(self, **parameters: str | None) -> Visit:
        """Ask for a code, and return where the person stands then."""
        return self.send(self.request(**parameters))

    def sign_in(self, **parameters: str | None) -> Tokens:
        """Go through the whole flow: the person signs in and agrees where asked, the code is redeemed."""
        return self.redeem(self.authorize(**parameters).complete()).tokens

    def redeem(self, answer: Answer, **parameters: str) -> Exchange:
        """Present the code of an answer."""
        return self._exchange(
            self.session.fetch_token,
            answer.asked,
            grant_type="authorization_code",
            code=answer.code,
            **parameters,
        )

    def refresh(self, refresh_token: str) -> Exchange:
        """Present a refresh token; no scope: all that was granted."""
        return self._exchange(self.session.refresh_token, {}, refresh_token=refresh_token, scope="")

    def userinfo(self, tokens: Tokens) -> Claims:
        """Ask who the person is, with the token in the header."""
        return self.checked_userinfo(self.call(tokens.access_token), tokens)

    def call(self, access_token: str, method: str = "GET") -> requests.Response:
        """Call userinfo with a token in the header."""
        self.session.token = {"access_token": access_token, "token_type": "Bearer"}
        answer: requests.Response = self.session.request(method, self.provider.metadata["userinfo_endpoint"])
        return answer

    def call_by_form(self, access_token: str) -> requests.Response:
        """Call userinfo with a token in the form (RFC 6750 section 2.2)."""
        address, fields = self.provider.metadata["userinfo_endpoint"], {"access_token": access_token}
        answer: requests.Response = self.session.post(address, data=fields, withhold_token=True)
        return answer

    def checked_userinfo(self, response: requests.Response, tokens: Tokens) -> Claims:
        """Return what an answer of userinfo says."""
        assert response.status_code == 200, response.text
        assert response.headers["Content-Type"].partition(";")[0] == "application/json"
        claims: Claims = response.json()
        # OpenID Connect Core section 5.3.2: the sub MUST be the one of the ID token.
        assert claims["sub"] == tokens.claims["sub"]
        assert are_standard_claims(claims)
        return claims

    def log_out(self, **parameters: str) -> Stand:
        """Send the person to the provider to be logged out."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        address = self.provider.metadata["end_session_endpoint"] + query
        return walk(self.browser, self.provider.issuer, self.browser.open(address))

    def _visit(self, stand: Stand, request: Pairs) -> Visit:
        return Visit(stand, dict(request), self.person, self.provider.issuer)

    def _exchange(self, ask: Any, asked: dict[str, str], **parameters: str) -> Exchange:
        error = ""
        try:
            ask(self.provider.metadata["token_endpoint"], **parameters)
        except OAuthError as refusal:
            error = str(refusal.error)
        return Exchange(self.provider, self.registration.client_id, self._heard[-1], error, asked)

    def _hear(self, response: requests.Response) -> requests.Response:
        self._heard.append(response)
        return response
