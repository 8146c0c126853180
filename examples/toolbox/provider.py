"""The OpenID provider, as Authlib's client sees it: everything that Toolbox asks of it."""

import json
import logging
from dataclasses import asdict
from typing import Any

import requests
from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Flask, redirect, request, session
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from werkzeug.wrappers import Response

from examples.toolbox.giving_back import GivingBack
from examples.toolbox.id_tokens import LARGEST, IdToken, belongs_to
from examples.toolbox.keys import NotNowError, PublishedKeys
from examples.toolbox.onward import CLIENT, OF_REQUEST, Onward, requests_under_way
from examples.toolbox.settings import Settings
from examples.toolbox.sign_ins import Kept, Tokens

log = logging.getLogger(__name__)

SCOPES = "openid profile email organization management offline_access"
TIMEOUT = 10
"""Seconds."""

RENEWAL = 3
"""Seconds for an answer to a refresh token: two of these are less than the provider's grace of ten."""

LOST = (
    requests.Timeout, requests.ConnectionError, requests.HTTPError, requests.exceptions.ChunkedEncodingError
)  # fmt: skip
"""After these nobody knows whether the provider did what it was asked for."""

AT_ONCE = 8
"""Sign-ins that one browser may have begun in its windows; an older one is begun anew."""

LEEWAY = 60
"""Seconds by which two clocks may differ."""


class NotOursError(ValueError):
    """An answer that does not belong to a request of this browser, or is not the provider's."""


class StrayError(NotOursError):
    """An answer whose state is not of this browser, or not any more."""


class GrantEndedError(Exception):
    """The provider renews no more: the person signed out, was removed or disabled, or it took too long."""


class Provider:
    """One provider, found by its discovery document when it is needed first."""

    def __init__(self, app: Flask, settings: Settings, kept: Kept) -> None:
        self.issuer, self.client_id = settings.issuer, settings.client_id
        self._origin, self._kept = settings.origin, kept
        self._keys = PublishedKeys(self._fetch_keys)
        self._giving_back = GivingBack(self._revoke)
        self.client: Any = OAuth(app, cache=kept).register(
            CLIENT,
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=f"{settings.issuer}/.well-known/openid-configuration",
            compliance_fix=_look_at_token_answers,
            client_kwargs={
                "scope": SCOPES,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_basic",
                "default_timeout": TIMEOUT,
            },
        )

    def metadata(self) -> dict[str, Any]:
        """Return the discovery document. Raises NotOursError."""
        found: dict[str, Any] = self.client.load_server_metadata()
        # OpenID Connect Discovery section 4.3: the issuer MUST be the one whose document was asked for.
        if found.get("issuer") != self.issuer:
            # Authlib would keep it until this process ends.
            self.client.server_metadata = {}
            raise NotOursError("the discovery document names another issuer")
        return found

    def send_to_sign_in(self, onward: Onward, **parameters: str) -> Response:
        """Return the redirect to the provider, with a fresh state, nonce and verifier."""
        self.metadata()
        self._forget_old_requests()
        back = f"{self._origin}/callback"
        begun = self.client.create_authorization_url(back, **parameters)
        self.client.save_authorize_data(redirect_uri=back, onward=asdict(onward), **begun)
        return redirect(begun["url"])

    def onward(self) -> Onward | None:
        """Return where the request led of which this is the answer; None when it is unknown or was answered.

        It may be of another browser: no proof of anything.
        """
        kept = self._kept.get(f"{OF_REQUEST}{request.args.get('state', '')}")
        found = json.loads(kept)["data"].get("onward") if kept else None
        return Onward(**found) if found else None

    def answer(self) -> Tokens:
        """Return the tokens for the answer that this request brings.

        Raises NotOursError, NotNowError, OAuthError, requests.RequestException.
        """
        self._require_ours()
        self._keys.all()
        # Authlib takes the state, once, sends the verifier, and checks signature, aud, exp and nonce.
        try:
            got = self.client.authorize_access_token(claims_cls=IdToken, leeway=LEEWAY)
            return _tokens(got, got["userinfo"])
        except (JoseError, ValueError, TypeError, KeyError) as fault:
            raise NotOursError(f"the answer of the token endpoint: {fault!r}") from fault

    def _require_ours(self) -> None:
        # RFC 6749 section 10.12: the state must be one that this browser was sent away with; also of errors.
        state = request.args.get("state", "")
        if not state or self.client.framework.get_state_data(session, state) is None:
            raise StrayError("the state is not of this browser")
        # RFC 9207 section 2.4: compare the issuer by simple string comparison.
        if request.args.get("iss") != self.metadata()["issuer"]:
            raise NotOursError("the answer is of another provider")

    def _forget_old_requests(self) -> None:
        """Keep the states of the newest few: a cookie that grows too large is no cookie any more."""
        begun = requests_under_way()
        for name in sorted(begun, key=lambda name: float(begun[name]["exp"]))[: -(AT_ONCE - 1)]:
            session.pop(name)

    def forget_request(self) -> None:
        """Use up the state of an answer that is an error."""
        self.client.framework.clear_state_data(session, request.args.get("state"))

    def refresh(self, tokens: Tokens) -> Tokens:
        """Return new tokens for old ones. Raises GrantEndedError, NotNowError, requests.RequestException."""
        try:
            got = self._renewal(tokens)
            return tokens.renewed({"refresh_token": tokens.refresh_token} | got)
        except OAuthError as refusal:
            # RFC 6749 section 5.2: invalid_grant alone says that the refresh token is good for nothing.
            if refusal.error == "invalid_grant":
                raise GrantEndedError from refusal
            raise NotNowError(f"no new token: {refusal!r}") from refusal
        except (ValueError, TypeError, KeyError) as fault:
            raise NotNowError(f"no new token: {fault!r}") from fault

    def _renewal(self, tokens: Tokens) -> dict[str, Any]:
        """Send the refresh token, and again where the answer got lost: at once, or it counts as stolen."""
        self.metadata()
        wish = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token, "timeout": RENEWAL}
        try:
            got: dict[str, Any] = self.client.fetch_access_token(**wish)
        except LOST as fault:
            log.warning("asked once more for a token: %r", fault)
            got = self.client.fetch_access_token(**wish)
        return got

    def give_back(self, tokens: Tokens) -> None:
        """Let the provider forget the refresh token, if it can be reached; nobody waits for that."""
        self._giving_back.take(tokens)

    def _revoke(self, tokens: Tokens) -> None:
        answer = requests.post(
            self.metadata()["revocation_endpoint"],
            data={"token": tokens.refresh_token, "token_type_hint": "refresh_token"},
            auth=(self.client_id, self.client.client_secret),
            timeout=TIMEOUT,
        )
        answer.raise_for_status()

    def userinfo(self, tokens: Tokens) -> dict[str, Any] | None:
        """Return who the person is and what they may do, as of now; None when the provider says: nobody."""
        answer = self.request("GET", self.metadata()["userinfo_endpoint"], tokens)
        if answer.status_code == requests.codes.unauthorized:
            return None
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        # OpenID Connect Core section 5.3.2: sub MUST be that of the ID token; if not, nothing of it counts.
        return said if said.get("sub") == tokens.subject else None

    def request(self, method: str, url: str, tokens: Tokens, **more: Any) -> requests.Response:
        """Call an API of the provider for a person."""
        bearer = {"access_token": tokens.access_token, "token_type": "Bearer"}
        answer: requests.Response = self.client.request(method, url, token=bearer, **more)
        return answer

    def sign_out(self, tokens: Tokens) -> Response:
        """Return the redirect that ends the session at the provider (OpenID Connect RP-Initiated Logout)."""
        self.metadata()
        answer: Response = self.client.logout_redirect(
            post_logout_redirect_uri=f"{self._origin}/signed-out", id_token_hint=tokens.id_token
        )
        return answer

    def keys(self, kid: str) -> KeySet:
        """Return the provider's keys, fetched again when none has this id. Raises NotNowError."""
        return self._keys.holding(kid)

    def _fetch_keys(self) -> KeySet:
        answer = requests.get(self.metadata()["jwks_uri"], timeout=TIMEOUT)
        answer.raise_for_status()
        document = answer.json()
        found = KeySet.import_key_set(document)
        # Here Authlib looks for it.
        self.client.server_metadata["jwks"] = document
        return found


def _tokens(got: dict[str, Any], claims: dict[str, Any]) -> Tokens:
    if not isinstance(got["access_token"], str) or not isinstance(got["refresh_token"], str):
        raise TypeError("tokens that are not text")
    if not belongs_to(claims, got["access_token"]):
        raise ValueError("at_hash is of another access token")
    return Tokens(
        claims["sub"],
        claims["sid"],
        got["id_token"],
        got["access_token"],
        got["refresh_token"],
        int(got["expires_at"]),
    )


def _look_at_token_answers(session: Any) -> None:
    session.register_compliance_hook("access_token_response", _refuse_what_is_no_token)


def _refuse_what_is_no_token(answer: requests.Response) -> requests.Response:
    # Before anything is taken apart: what is too large costs nothing.
    if answer.ok:
        said = answer.json()
        token = said.get("id_token", "") if isinstance(said, dict) else None
        if not isinstance(token, str) or len(token) > LARGEST:
            raise NotOursError("an ID token that is none, or too large")
    return answer
