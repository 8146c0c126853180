"""The password once more before secrets, rights and operators' acts, unless it was given of late.

A page that needs it and is only looked at asks first, so that nothing is typed in vain; a form that was sent
too late is held in the page that asks, and goes on as it was.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, after_this_request, current_app, request
from werkzeug.exceptions import HTTPException

from authserver.accounts import sessions
from authserver.accounts.account import Account
from authserver.accounts.services import services
from authserver.accounts.sign_in import Entry
from authserver.accounts.views import visitor
from authserver.accounts.views.visitor import Visitor
from authserver.console.views import proof as proofs
from authserver.web import continuation
from authserver.web.pages import page
from authserver.web.site import own_units, unit

FRESH = 900
"""Seconds after a password was given for which it is not asked for again (ASVS 7.5.3)."""

FIELD = "current_password"
_LONGEST = 1024

FORBIDDEN = 403

View = Callable[..., Response]


def add_to(views: Blueprint) -> None:
    """Route where pages that ask lead to."""
    views.add_url_rule("/account/confirm", view_func=fresh(confirm), methods=["POST"], endpoint="confirm")


def confirm() -> Response:
    """Go on to the page that asked."""
    return visitor.see_other(continuation.wanted() or "/")


def fresh(view: View) -> View:
    """Return a view that is reached with a fresh sign-in alone; it runs in a unit of work of its own."""

    @own_units
    @wraps(view)
    def guarded(**named: Any) -> Response:
        with unit():
            present = visitor.person()
            if present.session.authenticated_at > services().now() - FRESH:
                return _answered(view, named)
            password = request.form.get(FIELD) if request.method == "POST" else None
            if not password:
                return _ask(present.account)
        with services().passwords.place():
            proof = proofs.given(present, password[: _LONGEST + 1])
        if proof.fault:
            return proof.refuse(_ask(present.account, proof.fault))
        with unit():
            account = proof.holder()
            if account is None or not _renew(present, account):
                return visitor.see_other("/login")
            return _answered(view, named)

    return guarded


def _renew(present: Visitor, account: Account) -> bool:
    """Let the session go on as a fresh one under a new handle; return whether it lives."""
    settings = services().settings
    keep = settings.session_kept == present.session.idle
    renewed = sessions.renew(settings, present.session, visitor.browser(), keep=keep)
    if renewed is None:
        return False
    session, handle = renewed
    visitor.remember(session, account)
    entry = Entry(session, account, handle, None)
    # Whatever the answer turns out to be: the handle so far is void.
    after_this_request(lambda response: visitor.go_on(response, entry, keep=keep))
    return True


def _answered(view: View, named: dict[str, Any]) -> Response:
    try:
        return view(**named)
    except HTTPException as refusal:
        # A refusal is an answer, and commits.
        return current_app.handle_http_exception(refusal)  # type: ignore[return-value] # made by our handlers


def _ask(account: Account, problem: str | None = None) -> Response:
    """Return the page that asks, with what was sent so far."""
    if request.method == "POST":
        action = request.path
        held = [
            (name, value)
            for name, value in request.form.items(multi=True)
            if name not in (FIELD, "username", "csrf_token")
        ]
    else:
        action = "/account/confirm"
        held = [(continuation.PARAMETER, request.full_path.rstrip("?"))]
    return page("account/confirm.html", FORBIDDEN, action=action, held=held, account=account, problem=problem)
