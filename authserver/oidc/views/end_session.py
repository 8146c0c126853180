"""`/connect/endsession`: an application signs its person out (RP-Initiated Logout)."""

from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from authserver.accounts import sessions
from authserver.accounts.views import visitor
from authserver.accounts.views.visitor import Visitor
from authserver.oidc.errors import Displayed
from authserver.oidc.logout.request import LogoutRequest
from authserver.oidc.messages.authorization import Pairs, Unreadable, read_pairs
from authserver.oidc.views.answers import displayed, on_the_way, see_other
from authserver.oidc.views.authorize import posted
from authserver.oidc.views.services import services
from authserver.oidc.vocabulary import END_SESSION
from authserver.web import cookies
from authserver.web.pages import page
from authserver.web.requests import from_anywhere

CARRIED = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales")


class Ending(NamedTuple):
    """A request to end a session, and its parameters as they came."""

    wanted: LogoutRequest
    parameters: Pairs


def add_to(views: Blueprint) -> None:
    """Route the endpoint, and the form of its page."""
    views.add_url_rule(END_SESSION, view_func=begin, methods=["GET"], endpoint="end_session")
    views.add_url_rule(END_SESSION, view_func=begin_by_post, methods=["POST"], endpoint="end_session_post")
    views.add_url_rule(
        f"{END_SESSION}/confirm", view_func=confirm, methods=["POST"], endpoint="end_session_confirm"
    )


def begin() -> Response:
    """End the session that the hint names; else ask first: a link alone must not do it."""
    try:
        ending = _read(request.query_string)
    except (Unreadable, Displayed) as error:
        return displayed(error, _("Logout error"))
    present = visitor.visitor()
    if present is None:
        return _gone(ending.wanted)
    # RP-Initiated Logout section 2: the hint must be of the session that is here; an old one proves nothing.
    if ending.wanted.session_id == present.session.id:
        return _end(present, ending.wanted)
    return page(
        "logout.html",
        action=f"{END_SESSION}/confirm",
        fields=[(name, value) for name, value in ending.parameters if name in CARRIED],
        application=ending.wanted.application,
    )


@from_anywhere
def begin_by_post() -> Response:
    """Take the parameters of another site's form, which comes without cookies, and go on by GET."""
    try:
        parameters = posted()
    except Unreadable as error:
        return displayed(error, _("Logout error"))
    named = [(name, value) for name, value in parameters if name in CARRIED]
    return see_other(END_SESSION + (f"?{urlencode(named)}" if named else ""))


def confirm() -> Response:
    """End the session after the person said so; the CSRF token of the form was checked before."""
    try:
        # The CSRF check has read the body already.
        ending = _read(urlencode(list(request.form.items(multi=True))).encode())
    except (Unreadable, Displayed) as error:
        return displayed(error, _("Logout error"))
    present = visitor.visitor()
    return _end(present, ending.wanted) if present else _gone(ending.wanted)


def _read(encoded: bytes) -> Ending:
    parameters = read_pairs(encoded)
    return Ending(services().logout_requests.read(parameters), parameters)


def _end(present: Visitor, wanted: LogoutRequest) -> Response:
    sessions.end(present.account.id, present.session.id, visitor.origin(present.account))
    return _gone(wanted)


def _gone(wanted: LogoutRequest) -> Response:
    if not wanted.target:
        answer = visitor.see_other("/logged-out")
    else:
        answer = on_the_way(wanted.target) if request.method == "POST" else see_other(wanted.target)
    cookies.drop(answer, visitor.SESSION)
    return answer
