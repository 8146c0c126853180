"""`/connect/authorize`: an application sends somebody to sign in, and gets a code.

The request is judged next door, in `endpoints/authorize.py`; here are the browser, its cookies and redirects.
"""

from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from authserver.accounts import sessions
from authserver.accounts.views import visitor
from authserver.audit.log import record
from authserver.oidc.endpoints.authorize import Checked, ConsentNeeded, RefusedRequest
from authserver.oidc.errors import Displayed, Redirected
from authserver.oidc.messages.authorization import Pairs, Unreadable, read_pairs
from authserver.oidc.store import interactions, logouts
from authserver.oidc.views import waiting as requests
from authserver.oidc.views.answers import displayed, see_other, tell, to_client
from authserver.oidc.views.services import services
from authserver.oidc.views.waiting import Waiting
from authserver.oidc.vocabulary import AUTHORIZE, FORM
from authserver.web.requests import from_anywhere


def add_to(views: Blueprint) -> None:
    """Route the endpoint, and where its requests go on."""
    views.add_url_rule(AUTHORIZE, view_func=begin, methods=["GET"], endpoint="authorize")
    views.add_url_rule(AUTHORIZE, view_func=begin_by_post, methods=["POST"], endpoint="authorize_post")
    views.add_url_rule(f"{AUTHORIZE}/<handle>", view_func=resume, methods=["GET"], endpoint="resume")
    views.add_url_rule(f"{AUTHORIZE}/<handle>/cancel", view_func=cancel, methods=["GET"], endpoint="cancel")


def begin() -> Response:
    """Take a request from the query (OpenID Connect Core section 3.1.2.1)."""
    try:
        parameters = read_pairs(request.query_string)
        checked = services().authorization.check(parameters)
    except (Unreadable, Displayed) as error:
        return displayed(error, _("Authorization error"))
    if isinstance(checked, RefusedRequest):
        tell(checked.error)
        return to_client(checked.response)
    return go_on(checked, parameters, None)


@from_anywhere
def begin_by_post() -> Response:
    """Take a request from a form; another site's form comes without cookies, so it goes on by GET."""
    try:
        parameters = posted()
        checked = services().authorization.check(parameters)
    except (Unreadable, Displayed) as error:
        return displayed(error, _("Authorization error"))
    if isinstance(checked, RefusedRequest):
        tell(checked.error)
        return to_client(checked.response)
    kept, _given = requests.keep(checked, parameters, here=False)
    return see_other(kept.path(checked.request.ui_locales))


def posted() -> Pairs:
    """Return the parameters of a POSTed form. Raises Unreadable."""
    if request.mimetype != FORM:
        raise Unreadable
    return read_pairs(request.get_data())


def resume(handle: str) -> Response:
    """Go on with a request after a page."""
    opened = requests.opened(handle)
    answer = go_on(opened.checked, opened.waiting.interaction.parameters, opened.waiting)
    return requests.give(answer, opened.given)


def cancel(handle: str) -> Response:
    """Go back to the application without having signed in."""
    waiting, checked, _given = requests.opened(handle)
    requests.finish(waiting)
    return to_client(services().authorization.denied(checked.request))


def go_on(checked: Checked, parameters: Pairs, waiting: Waiting | None) -> Response:
    """Do what is next: a page for the person, or the answer to the application."""
    endpoint = services().authorization
    present = requests.visit(waiting)
    try:
        needed = endpoint.judge(checked, present)
        if needed is None and present is not None:
            # Held, so that what ends the session or disables the person finds the grant, or prevents it; and
            # judged once more, now that nobody can withdraw a consent meanwhile.
            session = sessions.hold(present.account_id, present.session_id)
            needed = endpoint.judge(checked, present if session else None)
            if session and needed is None:
                granted = endpoint.grant(checked, present)
                logouts.note(session.id, checked.application.id, session.expires_at)
                requests.finish(waiting, kept=interactions.PRESSED_TWICE)
                record(
                    visitor.origin(),
                    "authorization.granted",
                    target=checked.application.id,
                    scopes=" ".join(checked.request.scopes),
                )
                return to_client(granted, after_form=requests.after_form(waiting))
    except Displayed as error:
        requests.finish(waiting)
        return displayed(error, _("Authorization error"))
    except Redirected as error:
        tell(error)
        requests.finish(waiting)
        refusal = endpoint.refusal(checked.request, error)
        return to_client(refusal, after_form=requests.after_form(waiting))
    given = None
    if waiting is None:
        waiting, given = requests.keep(checked, parameters, here=True)
    path = waiting.path(checked.request.ui_locales)
    if isinstance(needed, ConsentNeeded):
        query = {"interaction": waiting.handle, "ui_locales": checked.request.ui_locales}
        answer = see_other(f"/consent?{urlencode({name: value for name, value in query.items() if value})}")
    else:
        answer = visitor.see_other("/login", path)
    return requests.give(answer, given)
