"""`/register`: an account for an email address; `/register/sent`: the same answer for every address."""

from flask import Blueprint, Response
from flask_babel import get_locale

from authserver.accounts import sign_up
from authserver.accounts.address import canonical
from authserver.accounts.forms import AddressForm, typed
from authserver.accounts.services import services
from authserver.accounts.views import visitor
from authserver.base.errors import Refused
from authserver.web import continuation
from authserver.web.pages import page


def add_to(views: Blueprint) -> None:
    """Route both pages."""
    views.add_url_rule("/register", view_func=show, methods=["GET"], endpoint="register")
    views.add_url_rule("/register", view_func=submit, methods=["POST"], endpoint="register_submit")
    views.add_url_rule("/register/sent", view_func=sent, methods=["GET"], endpoint="register_sent")


def show() -> Response:
    """Show the form."""
    return _form(AddressForm(formdata=None))


def submit() -> Response:
    """Let a letter be written, whoever the address belongs to."""
    form = AddressForm()
    if not form.validate():
        return _form(form, 400)
    try:
        email = canonical(typed(form.email))
    except Refused as refusal:
        form.email.errors = [str(refusal)]
        return _form(form, 400)
    sign_up.ask(services(), "registration", email, str(get_locale()), visitor.origin())
    path = continuation.wanted()
    continuation.remember(path)
    return visitor.see_other("/register/sent", path)


def sent() -> Response:
    """Say what happens next."""
    hours = services().settings.mailed_password_lifetime // 3600
    return page("register_sent.html", next=continuation.wanted(), hours=hours)


def _form(form: AddressForm, status: int = 200) -> Response:
    path = continuation.wanted()
    return page("register.html", status, form=form, next=path, continuation=continuation.at(path))
