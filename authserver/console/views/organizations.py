"""`/organizations`: all organizations of a person; `/organizations/new`: a further one."""

from flask import Blueprint, Response

from authserver.accounts.account import Account
from authserver.accounts.forms import typed
from authserver.accounts.views import visitor
from authserver.base.errors import Conflict, Refused
from authserver.console.organization.forms import FoundForm
from authserver.console.views import switcher
from authserver.organizations import founding
from authserver.organizations.store import memberships
from authserver.web.pages import page


def add_to(views: Blueprint) -> None:
    """Route both pages."""
    views.add_url_rule("/organizations", view_func=show, methods=["GET"], endpoint="organizations")
    views.add_url_rule("/organizations/new", view_func=ask, methods=["GET"], endpoint="organizations_new")
    views.add_url_rule(
        "/organizations/new", view_func=found, methods=["POST"], endpoint="organizations_found"
    )


def show() -> Response:
    """List where the person belongs to."""
    visitor.person()
    return page("organizations/list.html", memberships=switcher.mine())


def ask() -> Response:
    """Show the form of a new organization."""
    visitor.person()
    return _form(FoundForm(formdata=None))


def found() -> Response:
    """Make an organization whose Administrator the person is."""
    account: Account = visitor.person().account
    form = FoundForm()
    if not form.validate():
        return _form(form, 400)
    try:
        made = founding.found(account.id, typed(form.name), typed(form.slug) or None, visitor.origin(account))
    except Conflict as conflict:
        form.slug.errors = [str(conflict)]
        return _form(form, 409)
    except Refused as refusal:
        return _form(form, 409, problem=str(refusal))
    memberships.used(made.id, account.id, made.created_at)
    return visitor.see_other(f"/organizations/{made.slug}")


def _form(form: FoundForm, status: int = 200, *, problem: str | None = None) -> Response:
    return page("organizations/new.html", status, form=form, problem=problem)
