"""`/`: where you are, and what you can do here."""

from flask import Blueprint, Response, abort

from authserver.accounts.views import visitor
from authserver.organizations.store import memberships
from authserver.web.pages import page


def add_to(views: Blueprint) -> None:
    """Route the page."""
    views.add_url_rule("/", view_func=show, methods=["GET"], endpoint="home")


def show() -> Response:
    """Show the start page, to strangers as well."""
    present = visitor.visitor()
    if present and not present.session.full:
        abort(visitor.see_other("/password/choose"))
    mine = memberships.of_account(present.account.id) if present else []
    return page("home.html", organizations=[(each.organization.name, each.role) for each in mine])
