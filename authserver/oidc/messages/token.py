"""The token request as a frozen value (RFC 6749 section 4.4.2, RFC 8707 section 2), and the response."""

from typing import NamedTuple

import orjson

from authserver.oidc.messages.form import Form
from authserver.oidc.messages.machine import Answer

NO_STORE = (
    ("Content-Type", "application/json"),
    # RFC 6749 section 5.1: `Cache-Control: no-store` with whatever holds tokens or credentials.
    ("Cache-Control", "no-store"),
)


class TokenRequest(NamedTuple):
    """What a client asks of the token endpoint. Scopes are None when it named none."""

    grant_type: str
    scopes: tuple[str, ...] | None
    resources: tuple[str, ...]


class TokenResponse(NamedTuple):
    """What a client gets. `expires_in` is seconds."""

    access_token: str
    expires_in: int
    scopes: tuple[str, ...]

    def answer(self) -> Answer:
        """Return the response of RFC 6749 section 5.1."""
        body = {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "scope": " ".join(self.scopes),
        }
        return Answer(200, NO_STORE, orjson.dumps(body))


def token_request(form: Form) -> TokenRequest:
    """Return the frozen request of a form."""
    scope = form.get("scope")
    return TokenRequest(
        grant_type=form.get("grant_type", ("",))[0],
        # RFC 6749 section 3.3: a list of space-delimited, case-sensitive strings; the order does not matter.
        scopes=tuple(dict.fromkeys(scope[0].split(" "))) if scope else None,
        resources=form.get("resource", ()),
    )
