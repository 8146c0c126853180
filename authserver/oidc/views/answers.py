"""Answers of the front channel: back to the client, or a page when it can't be."""

import structlog
from flask import Response, g
from flask_babel import gettext as _

from authserver.oidc.errors import Displayed, OAuthError
from authserver.oidc.messages.authorization import AuthorizationResponse
from authserver.web.pages import error_page, no_store, page

log = structlog.get_logger()


def to_client(response: AuthorizationResponse, *, after_form: bool = False) -> Response:
    """Return a response in the mode that the client asked for.

    `after_form` says that a form of ours led here: see `on_the_way`.
    """
    if response.response_mode == "form_post":
        # OAuth 2.0 Form Post Response Mode section 2. The client may send the form on to anywhere.
        return page(
            "oidc/form_post.html", form_action="*", action=response.redirect_uri, fields=response.parameters
        )
    return on_the_way(response.location()) if after_form else see_other(response.location())


def on_the_way(location: str) -> Response:
    """Return a page that goes on to another site by itself.

    A redirect would be part of the form that led here, and Chromium holds the whole chain, also what the
    other site adds to it, against the form's policy. With this page the chain ends here.
    """
    return page("oidc/on_the_way.html", location=location)


def see_other(location: str) -> Response:
    """Return a redirect that is followed by GET (RFC 9700 section 4.12), to exactly this address."""
    return no_store(Response(status=303, headers={"Location": location}))


def displayed(error: Exception, title: str) -> Response:
    """Return the page of an error that no client may be told (RFC 6749 section 4.1.2.1)."""
    if not isinstance(error, Displayed):
        error = Displayed("invalid_request", "The parameters can not be read.")
    tell(error)
    text = _("The application that sent you here made a request that can't be answered. Nothing was shared.")
    answer = error_page(
        error.wire.status, title, text, g.request_id, code=error.code, detail=error.description
    )
    answer.headers.extend(error.wire.headers)
    return answer


def tell(error: OAuthError) -> None:
    """Tell the log of a refusal."""
    log.info(
        "request.refused",
        error=error.code,
        description=error.description,
        client_id=error.client_id,
        request_id=g.request_id,
    )
