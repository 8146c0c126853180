"""`/admin/audit`: what happened on the whole server, newest first."""

from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from authserver.audit import reading
from authserver.audit.filter import Filter
from authserver.base.errors import Refused
from authserver.console import paging
from authserver.console.operator.room import operators, shown
from authserver.console.trail import actor_of, told

PATH = "/admin/audit"


def add_to(views: Blueprint) -> None:
    """Route the page."""
    views.add_url_rule(PATH, view_func=operators(show), methods=["GET"], endpoint="admin_audit")


def show() -> Response:
    """Show a page of the trail."""
    asked, kind, kinds = paging.asked(), request.args.get("kind", ""), _kinds()
    if kind and kind not in kinds:
        abort(400)
    try:
        found = reading.page(
            Filter(None, actor=actor_of(asked.search), action=kind), after=asked.after, limit=paging.SIZE
        )
    except Refused:
        abort(400)
    following = {"search": asked.search, "kind": kind, "after": found.next or ""}
    query = urlencode({name: text for name, text in following.items() if text})
    listing = paging.Listing(told(found.entries), asked, f"?{query}" if found.next else "")
    return shown("audit", listing=listing, kinds=kinds, kind=kind)


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
    }
