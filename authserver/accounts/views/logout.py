"""`/logout`: sign out, after a confirmation; `/logged-out`: that it is done."""

from flask import Blueprint, Response

from authserver.accounts import sessions
from authserver.accounts.forms import PlainForm
from authserver.accounts.views import visitor
from authserver.web import cookies
from authserver.web.pages import page


def add_to(views: Blueprint) -> None:
    """Route both pages."""
    views.add_url_rule("/logout", view_func=ask, methods=["GET"], endpoint="logout")
    views.add_url_rule("/logout", view_func=end, methods=["POST"], endpoint="logout_end")
    views.add_url_rule("/logged-out", view_func=done, methods=["GET"], endpoint="logout_done")


def ask() -> Response:
    """Ask whether to sign out: a link alone must not do it."""
    if visitor.visitor() is None:
        return visitor.see_other("/logged-out")
    return page("logout.html", form=PlainForm())


def end() -> Response:
    """End the session of this browser; the CSRF token of the form was checked before."""
    present = visitor.visitor()
    if present:
        sessions.end(present.account.id, present.session.id, visitor.origin(present.account))
    answer = visitor.see_other("/logged-out")
    cookies.drop(answer, visitor.SESSION)
    return answer


def done() -> Response:
    """Say that the person is signed out."""
    return page("logged_out.html", continue_url=None)
