"""`/login`: sign in with an address and a password."""

import hashlib

from flask import Blueprint, Response
from flask_babel import gettext as _
from flask_babel import ngettext

from authserver.accounts import sign_in
from authserver.accounts.address import canonical
from authserver.accounts.forms import SignInForm, typed
from authserver.accounts.services import services
from authserver.accounts.sign_in import Entry, Throttled
from authserver.accounts.store import accounts
from authserver.accounts.views import visitor
from authserver.base.errors import Refused
from authserver.web import continuation
from authserver.web.continuation import Continuation
from authserver.web.pages import page
from authserver.web.site import own_units, unit


def add_to(views: Blueprint) -> None:
    """Route the page."""
    views.add_url_rule("/login", view_func=show, methods=["GET"], endpoint="login")
    views.add_url_rule("/login", view_func=submit, methods=["POST"], endpoint="login_submit")


def show() -> Response:
    """Show the form, or go on when the person is signed in already."""
    present = visitor.visitor()
    if present and not present.session.full:
        return visitor.see_other("/password/choose", continuation.wanted())
    path = continuation.wanted() or ("" if present else continuation.recall())
    waiting = continuation.at(path)
    if present and not (waiting and waiting.reauthenticate):
        return visitor.see_other(path or "/")
    form = SignInForm(formdata=None)
    form.username.data = (waiting and waiting.login_hint) or (present and present.account.email)
    return _form(form, path, waiting=waiting)


@own_units
def submit() -> Response:
    """Look at an address and a password; nothing waits for the hash but this request."""
    form = SignInForm()
    path = continuation.wanted()
    if not form.validate():
        return _form(form, path, status=400)
    try:
        entry = _sign_in(_account_key(typed(form.username)), typed(form.password), keep=bool(form.keep.data))
    except Throttled as throttled:
        minutes = -(-throttled.retry_after // 60)
        problem = ngettext(
            "Too many attempts. Try again in a minute, or ask for a new password.",
            "Too many attempts. Try again in %(num)d minutes, or ask for a new password.",
            minutes,
        )
        answer = _form(form, path, status=429, problem=problem)
        answer.headers["Retry-After"] = str(throttled.retry_after)
        return answer
    if entry is None:
        # One text for unknown, disabled and wrong (ASVS 6.3.8).
        return _form(form, path, status=401, problem=_("The email address or the password is wrong."))
    target = visitor.see_other(path or "/")
    if not entry.session.full:
        target = visitor.see_other("/password/choose", path)
    return visitor.let_in(target, entry, keep=bool(form.keep.data))


def _sign_in(email: str, password: str, *, keep: bool) -> Entry | None:
    browser, origin = visitor.browser(), visitor.origin()
    with services().passwords.place():
        with unit():
            knocked = sign_in.knock(services(), email, password, browser, origin)
        opened = knocked.opens(services(), password)
        newer = sign_in.rehash(services(), knocked, password) if opened else None
        with unit():
            entry = sign_in.enter(
                services(),
                knocked,
                password,
                origin,
                opened=opened,
                keep=keep,
                previous=visitor.brought_along(),
            )
            if entry and newer and knocked.credentials and knocked.credentials.password_hash:
                accounts.rehash(entry.account.id, knocked.credentials.password_hash, newer)
        return entry


def _account_key(typed: str) -> str:
    """Return the canonical address, or what stands for something that can't be one: it is counted as well."""
    try:
        return canonical(typed)
    except Refused:
        return hashlib.sha256(typed.encode(errors="replace")).hexdigest()


def _form(
    form: SignInForm,
    path: str,
    *,
    status: int = 200,
    problem: str | None = None,
    waiting: Continuation | None = None,
) -> Response:
    return page(
        "login.html",
        status,
        form=form,
        problem=problem,
        next=path,
        continuation=waiting or continuation.at(path),
        offer_keep=services().settings.session_kept > 0,
    )
