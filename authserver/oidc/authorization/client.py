"""Who asks: the client, and the address to which answers may go. Before both are known nobody is sent on."""

from dataclasses import replace

from authserver.clients import redirect_uris
from authserver.oidc.authorization.draft import Draft
from authserver.oidc.errors import Displayed, Redirected
from authserver.oidc.messages.authorization import LONGEST_STATE, PARAMETERS, AuthorizationRequest
from authserver.oidc.ports import Applications
from authserver.oidc.vocabulary import ResponseMode

RESPONSE_MODES: tuple[ResponseMode, ...] = ("query", "form_post")
LONGEST_CLIENT_ID = 255
LONGEST_PARAMETER = 2048
"""Bytes of a parameter that has no limit of its own."""

OF_OWN_LENGTH = frozenset({"state", "nonce", "claims", "id_token_hint"})


def client(draft: Draft, applications: Applications) -> Draft:
    """Find the client. Raises Displayed."""
    client_id = draft["client_id"]
    # RFC 6749 section 4.1.2.1: missing or invalid client identifier: inform the resource owner.
    if not client_id or len(client_id) > LONGEST_CLIENT_ID:
        raise Displayed("invalid_request", "The client_id is missing or repeated.")
    application = applications.find(client_id)
    if application is None or not application.active:
        raise unknown(client_id)
    request = AuthorizationRequest(client_id=client_id, redirect_uri="", response_mode="query")
    return replace(draft, application=application, request=request)


def unknown(client_id: str) -> Displayed:
    """Return the refusal of a client that is not there, or not any more."""
    return Displayed("unauthorized_client", "The client is unknown or disabled.", client_id=client_id)


def redirect_uri(draft: Draft) -> Draft:
    """Check where answers shall go. Raises Displayed."""
    wanted = draft["redirect_uri"]
    # OpenID Connect Core section 3.1.2.1: redirect_uri is REQUIRED, also when only one is registered.
    if not wanted:
        raise Displayed("invalid_request", "The redirect_uri is missing or repeated.")
    # RFC 9700 section 2.1: exact string matching.
    if not redirect_uris.matches(wanted, draft.client.redirect_uris):
        raise Displayed("invalid_request", "The redirect_uri is not registered for this client.")
    return draft.having(redirect_uri=wanted)


def response_mode(draft: Draft) -> Draft:
    """Choose how answers go, errors included. Raises Redirected."""
    wanted = draft["response_mode"] or "query"
    for mode in RESPONSE_MODES:
        if wanted == mode:
            return draft.having(response_mode=mode)
    raise Redirected("invalid_request", "The response_mode is unknown.")


def state(draft: Draft) -> Draft:
    """Take the client's own words, which go back byte for byte; too many of them don't."""
    value = draft["state"]
    return draft.having(state=value if len(value.encode()) <= LONGEST_STATE else "")


def state_length(draft: Draft) -> Draft:
    """Refuse a state that can't go back, once it is known how answers go. Raises Redirected."""
    if draft["state"] != draft.request.state:
        raise Redirected("invalid_request", f"The state has more than {LONGEST_STATE} bytes.")
    return draft


def single_parameters(draft: Draft) -> Draft:
    """Refuse repetitions, and what is longer than any that makes sense. Raises Redirected."""
    # RFC 6749 section 3.1: unrecognized ones are ignored, others MUST NOT be included more than once.
    named = [(name, value) for name, value in draft.parameters if value and name in PARAMETERS]
    once = [name for name, _ in named if name != "resource"]
    if len(once) != len(set(once)):
        raise Redirected("invalid_request", "A parameter is repeated.")
    # It will be kept while its person signs in.
    if any(len(value.encode()) > LONGEST_PARAMETER for name, value in named if name not in OF_OWN_LENGTH):
        raise Redirected("invalid_request", "A parameter is too long.")
    return draft


def nonce(draft: Draft) -> Draft:
    """Take what ties the ID token to the client's session. Raises Redirected."""
    value = draft["nonce"]
    if len(value.encode()) > LONGEST_STATE:
        raise Redirected("invalid_request", f"The nonce has more than {LONGEST_STATE} bytes.")
    return draft.having(nonce=value)
