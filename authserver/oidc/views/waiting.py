"""Authorization requests that wait while their person signs in or agrees: kept here, bound to the browser."""

import re
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Response, abort, g, request
from flask_babel import gettext as _

from authserver.accounts.account import Session
from authserver.accounts.views import visitor
from authserver.base.clock import now
from authserver.base.handles import digest, new_handle
from authserver.clients.store import logos
from authserver.oidc.authorization.visit import Visit
from authserver.oidc.endpoints.authorize import Checked, RefusedRequest, SignInNeeded
from authserver.oidc.errors import Displayed, OAuthError, Wire
from authserver.oidc.messages.authorization import PARAMETERS, Pairs
from authserver.oidc.store import interactions
from authserver.oidc.store.interactions import Interaction
from authserver.oidc.views.answers import displayed, to_client
from authserver.oidc.views.services import services
from authserver.oidc.vocabulary import AUTHORIZE
from authserver.web import cookies
from authserver.web.continuation import Continuation
from authserver.web.pages import error_page

BROWSER = "browser"
"""Name of the cookie that a request under way is bound to."""

_PATH = re.compile(rf"{re.escape(AUTHORIZE)}/([A-Za-z0-9_-]{{43}})(?:\?.*)?")


class Opened(NamedTuple):
    """A request that goes on, checked, and the handle that the browser has to be given (None: it has one)."""

    waiting: "Waiting"
    checked: Checked
    given: str | None


class Waiting(NamedTuple):
    """A request that waits, and the handle that names it in addresses."""

    handle: str
    interaction: Interaction

    def path(self, ui_locales: str) -> str:
        """Return where the request goes on."""
        languages = f"?{urlencode({'ui_locales': ui_locales})}" if ui_locales else ""
        return f"{AUTHORIZE}/{self.handle}{languages}"


def keep(checked: Checked, parameters: Pairs, *, here: bool) -> tuple[Waiting, str | None]:
    """Keep a request: bound to this browser, or (not `here`) to the first that comes for it.

    Returns it with the handle that the browser has to be given, None when it has one.
    """
    _admit()
    handle = new_handle()
    browser = cookies.get(BROWSER)
    given = new_handle() if here and not browser else None
    bound = digest(given or browser or "") if here else None
    session = visitor.handle_digest() if here else None
    # Nothing is kept that nobody will read. A token has no place in the database: what it said is kept.
    kept = tuple(pair for pair in parameters if pair[0] in PARAMETERS - {"id_token_hint"})
    wanted = checked.request
    interaction = Interaction(
        digest(handle), bound, wanted.client_id, kept, wanted.hinted_subject, session, now()
    )
    interactions.add(interaction)
    return Waiting(handle, interaction), given


def _admit() -> None:
    # Who is signed in leaves nothing that somebody else could not end.
    if visitor.visitor() is not None:
        return
    wait = services().arrivals.wait(visitor.origin().source)
    if wait is not None:
        # RFC 6585 section 4.
        limit = Wire(429, (("Retry-After", str(wait)),))
        error = Displayed("temporarily_unavailable", "Too many requests came from your network.", limit)
        abort(displayed(error, _("Too many requests")))


def look(handle: str) -> Waiting | None:
    """Return a request that waits for this browser, or for the first that comes for it."""
    interaction = interactions.find(digest(handle), now())
    if interaction is None:
        return None
    browser = cookies.get(BROWSER)
    # OWASP ASVS 2.3.1: whoever began goes on, and nobody else.
    if interaction.browser is not None and (browser is None or digest(browser) != interaction.browser):
        return None
    return Waiting(handle, interaction)


def find(handle: str) -> tuple[Waiting | None, str | None]:
    """Return a request that waits for this browser, with the handle that the browser has to be given."""
    waiting = look(handle)
    if waiting is None or waiting.interaction.browser is not None:
        return waiting, None
    # It came by a form of another site, which browsers send without cookies: now they are here.
    browser = cookies.get(BROWSER)
    given = None if browser else new_handle()
    session = visitor.handle_digest()
    bound = digest(given or browser or "")
    if not interactions.bind(waiting.interaction.digest, bound, session):
        return None, None
    return Waiting(handle, replace(waiting.interaction, browser=bound, session=session)), given


def check(waiting: Waiting) -> Checked | RefusedRequest:
    """Return a request that waits, checked anew: its client may have changed meanwhile. Raises Displayed."""
    checked = services().authorization.check(waiting.interaction.parameters)
    if isinstance(checked, RefusedRequest):
        return checked
    about = replace(checked.request, hinted_subject=waiting.interaction.hinted_subject)
    return checked._replace(request=about)


def opened(handle: str) -> Opened:
    """Return a request that goes on in this browser. Aborts with the answer when it is over or refused."""
    waiting, given = find(handle)
    if waiting is None:
        text = _("This sign-in is too old, or was begun in another browser. Go back to the application.")
        abort(error_page(400, _("Authorization error"), text, g.request_id))
    try:
        checked = check(waiting)
    except Displayed as error:
        abort(displayed(error, _("Authorization error")))
    if isinstance(checked, RefusedRequest):
        abort(to_client(checked.response, after_form=after_form(waiting)))
    return Opened(waiting, checked, given)


def after_form(waiting: Waiting | None) -> bool:
    """Return whether a form of ours led here: the person signed in or agreed since the request began."""
    if waiting is None:
        return False
    interaction, present = waiting.interaction, visitor.visitor()
    since = present is not None and present.session.authenticated_at >= interaction.created_at
    signed_in = since or interaction.session != visitor.handle_digest()
    return request.method == "POST" or signed_in or interaction.consented_by is not None


def finish(waiting: Waiting | None, *, kept: int = 0) -> None:
    """Let nobody go on with a request any more, or only for so many seconds."""
    if waiting is not None:
        interactions.finish(waiting.interaction.digest, now() + kept)


def give(response: Response, handle: str | None) -> Response:
    """Give the browser what its requests are bound to, when it has nothing yet."""
    if handle:
        cookies.put(response, BROWSER, handle)
    return response


def visit(waiting: Waiting | None) -> Visit | None:
    """Return who is in front of this browser, None when nobody is signed in with full rights."""
    present = visitor.visitor()
    if present is None or not present.session.full:
        return None
    interaction = waiting.interaction if waiting else None
    return Visit(
        present.account.id,
        present.session.id,
        present.session.authenticated_at,
        signed_in_for_this=interaction is not None and _signed_in_since(interaction, present.session),
        consented_to_this=interaction is not None and interaction.consented_by == present.account.id,
    )


def _signed_in_since(interaction: Interaction, session: Session) -> bool:
    # Each sign-in gives the browser another handle. A handle that was just put away while the request began
    # is told by the time of its sign-in.
    renewed = interaction.session != visitor.handle_digest()
    return renewed and session.authenticated_at >= interaction.created_at


def resolve(path: str) -> Continuation | None:
    """Return what the sign-in pages show of a request that waits at a path; None for other paths."""
    match = _PATH.fullmatch(path)
    waiting = look(match[1]) if match else None
    try:
        checked = check(waiting) if waiting else None
    except Displayed:
        return None
    if waiting is None or checked is None or isinstance(checked, RefusedRequest):
        return None
    wanted, application = checked
    return Continuation(
        resume_url=path,
        label=application.name,
        logo_url=logos.address_of(application.id),
        policy_url=application.policy_uri or None,
        tos_url=application.tos_uri or None,
        cancel_url=f"{AUTHORIZE}/{waiting.handle}/cancel",
        login_hint=wanted.login_hint,
        reauthenticate=_needs_sign_in(checked, waiting),
    )


def _needs_sign_in(checked: Checked, waiting: Waiting) -> bool:
    try:
        return isinstance(services().authorization.judge(checked, visit(waiting)), SignInNeeded)
    except OAuthError:
        return False
