"""`/account/email`: another address; `/account/email/<token>`: the link that confirms it."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from authserver.accounts import email_change
from authserver.accounts.account import Account
from authserver.accounts.address import canonical
from authserver.accounts.forms import EmailChangeForm, PlainForm, typed
from authserver.accounts.services import services
from authserver.accounts.store import one_time
from authserver.accounts.views import visitor
from authserver.base.errors import Refused
from authserver.console.views import proof as proofs
from authserver.web.pages import page
from authserver.web.site import own_units, unit

GONE = 410


def add_to(views: Blueprint) -> None:
    """Route both pages."""
    views.add_url_rule("/account/email", view_func=show, methods=["GET"], endpoint="email")
    views.add_url_rule("/account/email", view_func=ask, methods=["POST"], endpoint="email_ask")
    views.add_url_rule("/account/email/<token>", view_func=look, methods=["GET"], endpoint="email_look")
    views.add_url_rule(
        "/account/email/<token>", view_func=confirm, methods=["POST"], endpoint="email_confirm"
    )


def show() -> Response:
    """Show the address, and the one that waits to be confirmed."""
    account = visitor.person().account
    return _form(EmailChangeForm(formdata=None), account, sent=request.args.get("sent") == "1")


@own_units
def ask() -> Response:
    """Let a letter go to the new address; the answer is the same whether or not it has an account."""
    form = EmailChangeForm()
    with unit():
        present = visitor.person()
        if not form.validate():
            return _form(form, present.account, 400)
    try:
        wanted = canonical(typed(form.email))
    except Refused as refusal:
        form.email.errors = [str(refusal)]
        return _form(form, present.account, 400)
    if wanted == present.account.email:
        form.email.errors = [_("This is your address already.")]
        return _form(form, present.account, 400)
    with services().passwords.place():
        proof = proofs.given(present, typed(form.password))
    if proof.fault:
        form.password.errors = [proof.fault]
        return proof.refuse(_form(form, present.account, 400))
    with unit():
        account = proof.holder()
        if account is None:
            return visitor.see_other("/login")
        email_change.ask(services(), account, wanted, visitor.origin(account))
    return visitor.see_other("/account/email?sent=1")


def look(token: str) -> Response:
    """Ask whether this address is to be the new one. A look consumes nothing: scanners open links too."""
    found = email_change.waiting(services(), token)
    if found is None:
        return page("password_link_gone.html", GONE)
    return page("account/email_confirm.html", form=PlainForm(), old_email=found[0].email, new_email=found[1])


def confirm(token: str) -> Response:
    """Use the link, once. Whoever has it reads the letters of the new address; that is the proof."""
    try:
        email = email_change.confirm(services(), token, visitor.origin())
    except Refused:
        return page("password_link_gone.html", GONE)
    return page("account/email_changed.html", new_email=email)


def _form(form: EmailChangeForm, account: Account, status: int = 200, *, sent: bool = False) -> Response:
    pending = one_time.new_email_of(account.id, services().now())
    return page(
        "account/email.html", status, form=form, account=account, pending=pending, sent=sent, problem=None
    )
