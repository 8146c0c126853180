"""A request to the token endpoint, and what its answer is worth."""

import time
from dataclasses import dataclass, field

import requests
from authlib.oidc.core import CodeIDToken

from tests.conformance.checks import are_standard_claims, is_error, is_random
from tests.conformance.provider import Claims, Provider

CLOCK_SKEW = 300
LONGEST_LIFE = 365 * 86_400


@dataclass(frozen=True)
class Tokens:
    """What a code or a refresh token was good for; the ID token is verified."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    id_token: str = field(repr=False)
    header: Claims
    claims: Claims


@dataclass(frozen=True)
class Exchange:
    """A request to the token endpoint and its answer."""

    provider: Provider
    client_id: str
    response: requests.Response
    error: str
    asked: dict[str, str]

    def refused(self, error: str, status: int = 400) -> None:
        """Check that nothing was given out."""
        said = self.response.json()
        assert (self.response.status_code, self.error, said["error"]) == (status, error, error)
        assert is_error(said)
        assert said.keys() <= {"error", "error_description", "error_uri"}
        assert self.response.headers["Cache-Control"] == "no-store"

    @property
    def tokens(self) -> Tokens:
        """What was given out, checked."""
        said = self.response.json()
        assert self.response.status_code == 200, said
        assert self.response.headers["Content-Type"].startswith("application/json")
        assert self.response.headers["Cache-Control"] == "no-store"
        assert said["token_type"] == "Bearer"
        assert 0 < said["expires_in"] <= LONGEST_LIFE
        assert is_random(said["access_token"])
        token = self._id_token(said)
        return Tokens(
            said["access_token"], said.get("refresh_token", ""), said["id_token"], token.header, token
        )

    def _id_token(self, said: Claims) -> CodeIDToken:
        decoded = self.provider.verified(said["id_token"], "RS256")
        token = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": self.provider.issuer},
                "aud": {"essential": True, "value": self.client_id},
            },
            params=self.asked | {"client_id": self.client_id, "access_token": said["access_token"]},
        )
        token.validate()
        assert abs(token["iat"] - time.time()) < CLOCK_SKEW
        assert len(token["sub"]) <= 255
        assert token["sub"].isascii()
        assert token["sub"].isprintable()
        assert isinstance(token["acr"], str)
        assert token["acr"]
        assert are_standard_claims(token)
        return token
