"""The token request as a frozen value (RFC 6749 sections 4.1.3, 4.4.2, 6, RFC 8707), and the response."""

from typing import NamedTuple

import orjson

from authserver.oidc.messages.form import Form
from authserver.oidc.messages.machine import Answer

NO_STORE = (
    ("Content-Type", "application/json"),
    # RFC 6749 section 5.1: `Cache-Control: no-store` with whatever holds tokens or credentials.
    ("Cache-Control", "no-store"),
)


_ABSENT = ("",)


class TokenRequest(NamedTuple):
    """What a client asks of the token endpoint. Scopes are None when it named none."""

    grant_type: str
    scopes: tuple[str, ...] | None
    resources: tuple[str, ...]
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    refresh_token: str = ""
    organization: str = ""
    source: str = ""
    """Address of the caller, and the id of its request: for the audit trail."""
    request_id: str = ""


class TokenResponse(NamedTuple):
    """What a client gets. `expires_in` is seconds."""

    access_token: str
    expires_in: int
    scopes: tuple[str, ...]
    id_token: str = ""
    refresh_token: str = ""

    def answer(self) -> Answer:
        """Return the response of RFC 6749 section 5.1."""
        body = {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "scope": " ".join(self.scopes),
        }
        if self.id_token:
            # OpenID Connect Core section 3.1.3.3.
            body["id_token"] = self.id_token
        if self.refresh_token:
            body["refresh_token"] = self.refresh_token
        return Answer(200, NO_STORE, orjson.dumps(body))


def token_request(form: Form, source: str = "", request_id: str = "") -> TokenRequest:
    """Return the frozen request of a form."""
    scope = form.get("scope")
    return TokenRequest(
        grant_type=form.get("grant_type", _ABSENT)[0],
        # RFC 6749 section 3.3: a list of space-delimited, case-sensitive strings; the order does not matter.
        scopes=tuple(dict.fromkeys(scope[0].split(" "))) if scope else None,
        resources=form.get("resource", ()),
        code=form.get("code", _ABSENT)[0],
        redirect_uri=form.get("redirect_uri", _ABSENT)[0],
        code_verifier=form.get("code_verifier", _ABSENT)[0],
        refresh_token=form.get("refresh_token", _ABSENT)[0],
        organization=form.get("organization", _ABSENT)[0],
        source=source,
        request_id=request_id,
    )
