"""`/password/forgot`: ask for a letter that lets you in; the same answer for every address."""

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
    views.add_url_rule("/password/forgot", view_func=show, methods=["GET"], endpoint="password_forgot")
    views.add_url_rule(
        "/password/forgot", view_func=submit, methods=["POST"], endpoint="password_forgot_submit"
    )
    views.add_url_rule(
        "/password/forgot/sent", view_func=sent, methods=["GET"], endpoint="password_forgot_sent"
    )


def show() -> Response:
    """Show the form."""
    return page("password_forgot.html", form=AddressForm(formdata=None), next=continuation.wanted())


def submit() -> Response:
    """Let a letter be written, if the address has an account."""
    form = AddressForm()
    path = continuation.wanted()
    if not form.validate():
        return page("password_forgot.html", 400, form=form, next=path)
    try:
        email = canonical(typed(form.email))
    except Refused as refusal:
        form.email.errors = [str(refusal)]
        return page("password_forgot.html", 400, form=form, next=path)
    sign_up.ask(services(), "forgotten_password", email, str(get_locale()), visitor.origin())
    continuation.remember(path)
    return visitor.see_other("/password/forgot/sent", path)


def sent() -> Response:
    """Say what happens next."""
    minutes = services().settings.reset_link_lifetime // 60
    return page("password_forgot_sent.html", next=continuation.wanted(), minutes=minutes)
