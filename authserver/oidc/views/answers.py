"""Answers of the front channel: back to the client, by redirect or by a form; or a page when it can't be."""

from urllib.parse import urlsplit

import structlog
from flask import Response, g
from flask_babel import gettext as _

from authserver.oidc.errors import OAuthError
from authserver.oidc.messages.authorization import AuthorizationResponse
from authserver.web.pages import error_page, no_store, page

log = structlog.get_logger()


def to_client(response: AuthorizationResponse) -> Response:
    """Return a response in the mode that the client asked for."""
    if response.response_mode == "form_post":
        # OAuth 2.0 Form Post Response Mode section 2.
        return page(
            "oidc/form_post.html",
            form_action=origin_of(response.redirect_uri),
            action=response.redirect_uri,
            fields=response.parameters,
        )
    return see_other(response.location())


def see_other(location: str) -> Response:
    """Return a redirect that is followed by GET (RFC 9700 section 4.12), to exactly this address."""
    return no_store(Response(status=303, headers={"Location": location}))


def displayed(error: OAuthError, title: str) -> Response:
    """Return the page of an error that no client may be told (RFC 6749 section 4.1.2.1)."""
    tell(error)
    text = _("The application that sent you here made a request that can't be answered. Nothing was shared.")
    return error_page(400, title, text, g.request_id, code=error.code, detail=error.description)


def tell(error: OAuthError) -> None:
    """Tell the log of a refusal."""
    log.info(
        "request.refused",
        error=error.code,
        description=error.description,
        client_id=error.client_id,
        request_id=g.request_id,
    )


def origin_of(uri: str) -> str:
    """Return what the policy of a page calls the place of an address: an origin, or a scheme of its own."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"
