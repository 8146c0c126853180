"""`/password/choose`: the first own password, before anything else is possible."""

from flask import Blueprint, Response, abort
from flask_babel import gettext as _

from authserver.accounts import first_sign_in
from authserver.accounts.account import Account
from authserver.accounts.forms import NewPasswordForm, typed
from authserver.accounts.services import services
from authserver.accounts.views import new_password, visitor
from authserver.accounts.views.visitor import Visitor
from authserver.base.errors import Conflict, Refused
from authserver.web import continuation
from authserver.web.pages import page
from authserver.web.site import own_units, unit


def add_to(views: Blueprint) -> None:
    """Route the page."""
    views.add_url_rule("/password/choose", view_func=show, methods=["GET"], endpoint="password_choose")
    views.add_url_rule(
        "/password/choose", view_func=submit, methods=["POST"], endpoint="password_choose_submit"
    )


def show() -> Response:
    """Show the form to whoever came in with a mailed password."""
    return _form(NewPasswordForm(formdata=None), _newcomer().account)


@own_units
def submit() -> Response:
    """Set the password, and begin the account."""
    form = NewPasswordForm()
    with services().passwords.place():
        with unit():
            newcomer = _newcomer()
            if not form.validate():
                return _form(form, newcomer.account, 400)
            try:
                new_password.check(typed(form.new_password), newcomer.account)
                first_sign_in.check_is_not_mailed(newcomer.account, typed(form.new_password))
            except Refused as refusal:
                form.new_password.errors = [str(refusal)]
                return _form(form, newcomer.account, 400)
        hashed = services().passwords.hash(typed(form.new_password))
        try:
            with unit():
                entry = first_sign_in.choose_password(
                    services(),
                    newcomer.session,
                    newcomer.account,
                    hashed,
                    visitor.browser(),
                    visitor.origin(newcomer.account),
                )
        except Conflict:
            return visitor.see_other("/login", continuation.wanted())
    return visitor.let_in(visitor.see_other(continuation.wanted() or continuation.recall() or "/"), entry)


def _newcomer() -> Visitor:
    present = visitor.visitor()
    if present is None:
        abort(visitor.see_other("/login", continuation.wanted()))
    if present.session.full:
        abort(visitor.see_other(continuation.wanted() or "/"))
    return present


def _form(form: NewPasswordForm, account: Account, status: int = 200) -> Response:
    minimum = services().settings.password_minimum
    problem = _("Choose another password.") if form.errors else None
    return page(
        "password_choose.html",
        status,
        form=form,
        email=account.email,
        minimum=minimum,
        problem=problem,
        strength=None,
        next=continuation.wanted(),
    )
