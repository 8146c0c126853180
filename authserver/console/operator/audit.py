"""`/admin/audit`: what happened on the whole server, newest first, and the same as a file."""

from functools import partial

from flask import Blueprint, Response
from flask_babel import gettext as _

from authserver.audit import exporting
from authserver.console import paging, trail_pages
from authserver.console.operator.room import operators, shown
from authserver.console.trail import told

PATH = "/admin/audit"


def add_to(views: Blueprint) -> None:
    """Route the page and the files."""
    views.add_url_rule(PATH, view_func=operators(show), methods=["GET"], endpoint="admin_audit")
    for form in exporting.MEDIA_TYPES:
        view = operators(partial(download, form=form))
        views.add_url_rule(f"{PATH}.{form}", view_func=view, methods=["GET"], endpoint=f"admin_audit_{form}")


def show() -> Response:
    """Show a page of the trail."""
    kinds = _kinds()
    question = trail_pages.asked(kinds)
    found = trail_pages.read(question)
    following = question.query(found.next) if found.next else ""
    listing = paging.Listing(told(found.entries), question.asked, following)
    return shown("audit", listing=listing, kinds=kinds, kind=question.kind, files=question.query())


def download(form: exporting.Format) -> Response:
    """Give all that the page would show as a file."""
    return trail_pages.file(trail_pages.asked(_kinds()), form, "audit")


def _kinds() -> dict[str, str]:
    """Return what may be asked for, by how the names of its actions begin."""
    return {
        "sign_in": _("Sign-ins"),
        "account.": _("Accounts"),
        "organization.": _("Organizations"),
        "member.": _("Members"),
        "invitation.": _("Invitations"),
        "application.": _("Applications"),
        "api_client.": _("API clients"),
        "secret.": _("Secrets"),
        "resource.": _("API resources"),
        "key": _("Signing keys"),
        "access.": _("What was refused"),
    }
