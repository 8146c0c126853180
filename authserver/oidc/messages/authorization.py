"""The authorization request as a frozen value (OpenID Connect Core section 3.1.2.1), and the response."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from authserver.oidc.vocabulary import ResponseMode

Pairs = tuple[tuple[str, str], ...]
"""Parameters as they came: in order, repetitions included."""

LONGEST_PARAMETERS = 64 * 1024
"""Bytes of all parameters."""

MOST_PARAMETERS = 200

PARAMETERS = frozenset(
    {
        "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce",
        "code_challenge", "code_challenge_method", "resource", "claims", "prompt", "max_age", "id_token_hint",
        "login_hint", "ui_locales", "claims_locales", "acr_values", "display", "request", "request_uri",
        "registration", "organization",
    }
)  # fmt: skip
"""What a request may say. Others are ignored (RFC 6749 section 3.1)."""

LONGEST_STATE = 8 * 1024
"""Bytes of `state`, and of `nonce`."""


class Unreadable(ValueError):  # noqa: N818 - it says what they are
    """Parameters are no form-encoded UTF-8, too many, too long, or hold NUL."""


def read_pairs(encoded: bytes) -> Pairs:
    """Return the parameters of a query or a form. Raises Unreadable."""
    if len(encoded) > LONGEST_PARAMETERS:
        raise Unreadable
    try:
        text = encoded.decode("ascii")
        pairs = tuple(
            parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
        )
    except ValueError as error:
        raise Unreadable from error
    # No parameter of the protocol may hold NUL, and a database can't store one.
    if any("\x00" in name or "\x00" in value for name, value in pairs):
        raise Unreadable
    return pairs


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What an application asks for, checked. What it did not name is empty or None."""

    client_id: str
    redirect_uri: str
    response_mode: ResponseMode
    scopes: tuple[str, ...] = ()
    state: str = ""
    nonce: str = ""
    code_challenge: str = ""
    prompt: frozenset[str] = frozenset()
    max_age: int | None = None
    """Seconds since the last authentication."""
    hinted_subject: str = ""
    """Whom the request is about: the `sub` of its id_token_hint, or of a requested claim."""
    organization: str = ""
    """Which organization shall be the active one."""
    login_hint: str = ""
    ui_locales: str = ""
    acr_required: bool = False
    """Whether a class of authentication was asked for, as essential, that this server does not offer."""
    claims: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The requested claims by `userinfo` and `id_token` (OpenID Connect Core section 5.5)."""
    agreed: tuple[str, ...] = ()
    """What the person has to agree to: the scopes, and those that stand for a claim of theirs."""


class AuthorizationResponse(NamedTuple):
    """What goes back to the application, and how."""

    redirect_uri: str
    response_mode: ResponseMode
    parameters: tuple[tuple[str, str], ...]

    def location(self) -> str:
        """Return the address of a response in the query; parameters of its own stay (RFC 6749 3.1.2)."""
        joint = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{joint}{urlencode(self.parameters)}"
