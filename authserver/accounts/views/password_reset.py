"""`/password/reset/<token>`: a new password by the link of a letter."""

from flask import Blueprint, Response

from authserver.accounts import password_change
from authserver.accounts.forms import NewPasswordForm, typed
from authserver.accounts.services import services
from authserver.accounts.views import new_password, visitor
from authserver.base.errors import Conflict, Refused
from authserver.web import cookies
from authserver.web.pages import page
from authserver.web.site import own_units, unit

GONE = 410


def add_to(views: Blueprint) -> None:
    """Route the page."""
    views.add_url_rule("/password/reset/<token>", view_func=show, methods=["GET"], endpoint="password_reset")
    views.add_url_rule(
        "/password/reset/<token>", view_func=submit, methods=["POST"], endpoint="password_reset_submit"
    )


def show(token: str) -> Response:
    """Show the form. A look consumes nothing: scanners of mail open links too."""
    account = password_change.account_of_link(services(), token)
    if account is None:
        return page("password_link_gone.html", GONE)
    return _form(NewPasswordForm(formdata=None), account.email)


@own_units
def submit(token: str) -> Response:
    """Use the link, once."""
    form = NewPasswordForm()
    with services().passwords.place():
        with unit():
            account = password_change.account_of_link(services(), token)
            if account is None:
                return page("password_link_gone.html", GONE)
            if not form.validate():
                return _form(form, account.email, 400)
            try:
                new_password.check(typed(form.new_password), account)
            except Refused as refusal:
                form.new_password.errors = [str(refusal)]
                return _form(form, account.email, 400)
        hashed = services().passwords.hash(typed(form.new_password))
        try:
            with unit():
                device = password_change.reset(
                    services(), account, token, hashed, visitor.browser(), visitor.origin(account)
                )
        except Conflict:
            return page("password_link_gone.html", GONE)
    with unit():
        # Somebody else may be signed in here: whoever resets a password is not that person any more. A unit
        # of its own, so that two who reset in each other's browsers don't wait for one another.
        visitor.end_previous()
    answer = page("password_changed.html")
    cookies.drop(answer, visitor.SESSION)
    cookies.put(answer, visitor.DEVICE, device, seconds=visitor.DEVICE_SECONDS)
    return answer


def _form(form: NewPasswordForm, email: str, status: int = 200) -> Response:
    minimum = services().settings.password_minimum
    return page(
        "password_reset.html",
        status,
        form=form,
        email=email,
        minimum=minimum,
        problem=None,
        strength=None,
    )
