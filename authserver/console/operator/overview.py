"""`/admin`: the parts of the operator's console, and what waits for somebody."""

from flask import Blueprint, Response

from authserver.console.operator.room import operators, shown
from authserver.mail import store as mail


def add_to(views: Blueprint) -> None:
    """Route the page."""
    views.add_url_rule("/admin", view_func=operators(show), methods=["GET"], endpoint="admin")


def show() -> Response:
    """Show the parts."""
    return shown("overview", failed=mail.count_failed())
