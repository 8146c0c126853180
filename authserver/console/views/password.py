"""`/account/password`: another password for whoever knows the one so far."""

from flask import Blueprint, Response, request

from authserver.accounts import password_change
from authserver.accounts.forms import PasswordChangeForm, typed
from authserver.accounts.services import services
from authserver.accounts.views import new_password, visitor
from authserver.base.errors import Refused
from authserver.console.views import proof as proofs
from authserver.web.pages import page
from authserver.web.site import own_units, unit


def add_to(views: Blueprint) -> None:
    """Route the page."""
    views.add_url_rule("/account/password", view_func=show, methods=["GET"], endpoint="password")
    views.add_url_rule("/account/password", view_func=change, methods=["POST"], endpoint="password_change")


def show() -> Response:
    """Show the form."""
    visitor.person()
    return _form(PasswordChangeForm(formdata=None), saved=request.args.get("saved") == "1")


@own_units
def change() -> Response:
    """Replace the password; other sessions end, this one goes on under a new handle."""
    form = PasswordChangeForm()
    with unit():
        present = visitor.person()
    if not form.validate():
        return _form(form, 400)
    with services().passwords.place():
        proof = proofs.given(present, typed(form.password))
        if proof.fault:
            form.password.errors = [proof.fault]
            return proof.refuse(_form(form, 400))
        try:
            with unit():
                new_password.check(typed(form.new_password), present.account)
        except Refused as refusal:
            form.new_password.errors = [str(refusal)]
            return _form(form, 400)
        hashed = services().passwords.hash(typed(form.new_password))
        with unit():
            account = proof.holder()
            if account is None:
                return visitor.see_other("/login")
            origin = visitor.origin(account)
            keep = services().settings.session_kept == present.session.idle
            entry = password_change.change(services(), account, hashed, visitor.browser(), origin, keep=keep)
    return visitor.let_in(visitor.see_other("/account/password?saved=1"), entry, keep=keep)


def _form(form: PasswordChangeForm, status: int = 200, *, saved: bool = False) -> Response:
    minimum = services().settings.password_minimum
    return page(
        "account/password.html",
        status,
        form=form,
        minimum=minimum,
        problem=None,
        strength=None,
        saved=saved,
    )
