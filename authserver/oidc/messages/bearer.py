"""The access token of a request (RFC 6750 section 2): in the header or a POSTed form, never in the query."""

from urllib.parse import parse_qsl

from authserver.oidc.errors import OAuthError, Wire
from authserver.oidc.messages.machine import MachineRequest
from authserver.oidc.vocabulary import FORM, ErrorCode

SCHEME = "bearer "


def bearer_token(request: MachineRequest) -> str:
    """Return the token of a request. Raises OAuthError when there is none, or more than one."""
    in_header = request.authorization
    in_body = _of_body(request) if request.method == "POST" else []
    # RFC 6750 section 2: clients MUST NOT use more than one method to transmit the token.
    if len(in_body) > 1 or (in_header and in_body):
        raise challenge("invalid_request", "The access token was sent more than once.", 400)
    if in_body:
        return in_body[0]
    if in_header[: len(SCHEME)].lower() != SCHEME or not in_header[len(SCHEME) :].strip():
        # RFC 6750 section 3.1: without any authentication information there is no error code.
        raise OAuthError(
            "invalid_token", "An access token is needed.", Wire(401, (("WWW-Authenticate", "Bearer"),))
        )
    return in_header[len(SCHEME) :].strip()


def challenge(code: ErrorCode, description: str, status: int) -> OAuthError:
    """Return a refusal as RFC 6750 section 3 has it: the error stands in the header as well."""
    header = f'Bearer error="{code}", error_description="{description}"'
    return OAuthError(code, description, Wire(status, (("WWW-Authenticate", header),)))


def _of_body(request: MachineRequest) -> list[str]:
    # RFC 6750 section 2.2: single-part, and form-encoded.
    if request.content_type.split(";")[0].strip().lower() != FORM:
        return []
    if request.oversized or not request.complete:
        raise challenge("invalid_request", "The body is too large, or shorter than its length.", 400)
    try:
        pairs = parse_qsl(request.body.decode("ascii"), errors="strict", max_num_fields=100)
    except ValueError as error:
        raise challenge("invalid_request", "The body is not a well-formed form.", 400) from error
    return [value for name, value in pairs if name == "access_token"]
