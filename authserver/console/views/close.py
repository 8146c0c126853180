"""`/account/close`: the end of an account, for ever."""

from flask import Blueprint, Response
from flask_babel import gettext as _

from authserver.accounts import directory
from authserver.accounts.account import Account
from authserver.accounts.address import canonical
from authserver.accounts.forms import CloseForm, typed
from authserver.accounts.services import services
from authserver.accounts.views import visitor
from authserver.base.errors import Refused
from authserver.console.views import proof as proofs
from authserver.organizations import membership
from authserver.web import cookies
from authserver.web.pages import page
from authserver.web.site import own_units, unit


def add_to(views: Blueprint) -> None:
    """Route the page."""
    views.add_url_rule("/account/close", view_func=show, methods=["GET"], endpoint="close")
    views.add_url_rule("/account/close", view_func=close, methods=["POST"], endpoint="close_close")


def show() -> Response:
    """Say what goes with the account, and ask."""
    return _form(CloseForm(formdata=None), visitor.person().account)


@own_units
def close() -> Response:
    """Close the account of whoever types its address and its password."""
    form = CloseForm()
    with unit():
        present = visitor.person()
        if not form.validate() or not _is(present.account, typed(form.email)):
            if not form.errors:
                form.email.errors = [_("This is not the address of your account.")]
            return _form(form, present.account, 400)
    with services().passwords.place():
        proof = proofs.given(present, typed(form.password))
    if proof.fault:
        form.password.errors = [proof.fault]
        return proof.refuse(_form(form, present.account, 400))
    try:
        with unit():
            account = proof.holder()
            if account is None:
                return visitor.see_other("/login")
            directory.close(account, visitor.origin(account))
    except Refused as veto:
        return _form(form, present.account, 409, problem=str(veto))
    visitor.forget()
    answer = page("account/closed.html")
    cookies.drop(answer, visitor.SESSION)
    return answer


def _is(account: Account, typed: str) -> bool:
    try:
        return canonical(typed) == account.email
    except Refused:
        return False


def _form(form: CloseForm, account: Account, status: int = 200, *, problem: str | None = None) -> Response:
    names = [organization.name for organization in membership.ends_with(account.id)]
    return page(
        "account/close.html", status, form=form, account=account, organizations=names, problem=problem
    )
