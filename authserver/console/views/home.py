"""`/`: where you are, and what you can do here."""

from flask import Blueprint, Response, abort

from authserver.accounts.views import visitor
from authserver.console.views import switcher
from authserver.web.pages import page


def add_to(views: Blueprint) -> None:
    """Route the page."""
    views.add_url_rule("/", view_func=show, methods=["GET"], endpoint="home")


def show() -> Response:
    """Show the start page, to strangers as well."""
    present = visitor.visitor()
    if present and not present.session.full:
        abort(visitor.see_other("/password/choose"))
    mine = [(each.organization, each.role) for each in switcher.mine()] if present else []
    return page("home.html", organizations=mine)
