"""Refusals of the protocol, in three voices.

The code and description for the wire, the detail for the log.
"""

from typing import NamedTuple

from authserver.oidc.vocabulary import ErrorCode


class Wire(NamedTuple):
    """How a refusal goes out: HTTP status and headers that belong to it."""

    status: int = 400
    headers: tuple[tuple[str, str], ...] = ()


class OAuthError(Exception):
    """A request is refused (RFC 6749 section 5.2). The cause is the exception's own `__cause__`."""

    def __init__(
        self,
        code: ErrorCode,
        description: str,
        wire: Wire | None = None,
        *,
        detail: str = "",
        client_id: str = "",
    ) -> None:
        """Take what the client reads (printable ASCII, no quotes, no backslashes) and what the log says."""
        super().__init__(code)
        self.code = code
        self.description = description
        self.wire = wire or Wire()
        self.detail = detail
        self.client_id = client_id


class Displayed(OAuthError):  # noqa: N818 - it says where it is told
    """An authorization request is refused on a page: client or redirect URI are not to be trusted.

    RFC 6749 section 4.1.2.1: the server MUST NOT redirect to an invalid redirection URI.
    """


class Redirected(OAuthError):  # noqa: N818 - it says where it is told
    """An authorization request is refused at the client, by the redirect URI that was proven to be its."""


def invalid_request(
    description: str, status: int = 400, headers: tuple[tuple[str, str], ...] = ()
) -> OAuthError:
    """Return the refusal of a malformed request."""
    return OAuthError("invalid_request", description, Wire(status, headers))


def invalid_grant(detail: str, client_id: str = "") -> OAuthError:
    """Return the refusal of a code or a refresh token: the same words, whatever is wrong with it."""
    return OAuthError(
        "invalid_grant",
        "The code or refresh token is unknown, used, expired, revoked, or was given to somebody else.",
        detail=detail,
        client_id=client_id,
    )
