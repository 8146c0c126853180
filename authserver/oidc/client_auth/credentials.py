"""Finding the credentials of a request: exactly one method (RFC 6749 section 2.3.1)."""

import base64
import binascii
from typing import NamedTuple
from urllib.parse import unquote_plus

from authserver.oidc.errors import OAuthError, Wire, invalid_request
from authserver.oidc.messages.form import Form
from authserver.oidc.vocabulary import CLIENT_ASSERTION_TYPE, AuthMethod

CHALLENGE = ("WWW-Authenticate", 'Basic realm="token", charset="UTF-8"')
MAX_CREDENTIAL = 1024
"""Characters of an id or a secret; longer ones exist nowhere."""


class Credentials(NamedTuple):
    """Who a request says it comes from, and how it proves it: by a secret, an assertion, or not at all."""

    client_id: str
    secret: str
    method: AuthMethod


def credentials(authorization: str, form: Form) -> Credentials:
    """Return the credentials of a request; of an assertion the client id is what the body says, if anything.

    Raises OAuthError: invalid_client when there are none or they can't be read, invalid_request when there
    are two.
    """
    secret = form.get("client_secret")
    client_id = form.get("client_id")
    assertion = form.get("client_assertion")
    # RFC 6749 section 2.3: the client MUST NOT use more than one authentication method in each request.
    if bool(authorization) + (secret is not None) + (assertion is not None) > 1:
        raise invalid_request("The request authenticates in two ways.")
    if authorization:
        basic = _basic(authorization)
        if client_id is not None and client_id[0] != basic.client_id:
            raise invalid_request("The client_id of the body differs from the one that authenticates.")
        return basic
    if assertion is not None or "client_assertion_type" in form:
        # RFC 7523 section 2.2: both parameters, and this type.
        if assertion is None or form.get("client_assertion_type") != (CLIENT_ASSERTION_TYPE,):
            raise OAuthError("invalid_client", "The client_assertion_type is not known.", Wire(401))
        return Credentials(client_id[0] if client_id else "", assertion[0], "private_key_jwt")
    if client_id is None:
        raise OAuthError("invalid_client", "Client authentication is missing.", Wire(401))
    if secret is None:
        # RFC 6749 section 3.2.1: a client that can keep no secret says who it is.
        return Credentials(client_id[0], "", "none")
    return Credentials(client_id[0], secret[0], "client_secret_post")


def failed(method: AuthMethod) -> Wire:
    """Return how a failed authentication goes out (RFC 6749 section 5.2): 401, with a challenge for Basic."""
    return Wire(401, (CHALLENGE,) if method == "client_secret_basic" else ())


def _basic(authorization: str) -> Credentials:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise _unreadable("not Basic")
    try:
        pair = base64.b64decode(encoded.strip(" "), validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise _unreadable("not base64 of UTF-8") from error
    client_id, colon, secret = pair.partition(":")
    if not colon:
        raise _unreadable("no colon")
    try:
        # RFC 6749 section 2.3.1: id and secret are form-encoded before they become user name and password.
        client_id, secret = unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")
    except UnicodeDecodeError as error:
        raise _unreadable("not form-encoded UTF-8") from error
    if not client_id or not secret:
        raise _unreadable("empty id or secret")
    return Credentials(client_id, secret, "client_secret_basic")


def _unreadable(detail: str) -> OAuthError:
    return OAuthError(
        "invalid_client",
        "The Authorization header can not be read.",
        failed("client_secret_basic"),
        detail=detail,
    )
