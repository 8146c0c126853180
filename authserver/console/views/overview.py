"""`/account`: the account at a glance."""

from flask import Blueprint, Response

from authserver.accounts.views import visitor
from authserver.console.views import switcher
from authserver.web.pages import page


def add_to(views: Blueprint) -> None:
    """Route the page."""
    views.add_url_rule("/account", view_func=show, methods=["GET"], endpoint="overview")


def show() -> Response:
    """Show what there is to change."""
    account = visitor.person().account
    mine = [(each.organization, each.role) for each in switcher.mine()]
    return page(
        "account/overview.html",
        account=account,
        organizations=mine,
    )
