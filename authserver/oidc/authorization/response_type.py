"""What kind of answer is asked for, and what this server does not take: request objects."""

from authserver.oidc.authorization.draft import Draft
from authserver.oidc.authorization.profile import RULES
from authserver.oidc.errors import Redirected


def request_object(draft: Draft) -> Draft:
    """Refuse requests inside of JWTs. Raises Redirected."""
    # OpenID Connect Core section 3.1.2.6: the parameter is not supported. Nothing is fetched.
    if draft.values("request"):
        raise Redirected("request_not_supported", "Request objects are not supported.")
    if draft.values("request_uri"):
        raise Redirected("request_uri_not_supported", "Request objects by reference are not supported.")
    if draft.values("registration"):
        raise Redirected("registration_not_supported", "Self-issued clients are not supported.")
    return draft


def response_type(draft: Draft) -> Draft:
    """Check that a code is asked for. Raises Redirected."""
    wanted = draft["response_type"]
    # RFC 6749 section 4.1.1: response_type is REQUIRED.
    if not wanted:
        raise Redirected("invalid_request", "The response_type is missing.")
    if wanted not in RULES[draft.client.profile].response_types:
        raise Redirected("unsupported_response_type", "The response_type must be code.")
    return draft
