"""`/organizations/<slug>/audit`: what happened in an organization, newest first, and all of it as a file."""

from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, request
from flask_babel import gettext as _

from authserver.audit import exporting, reading
from authserver.audit.filter import Filter
from authserver.base.errors import Refused
from authserver.console import paging
from authserver.console.organization.place import Place, shown, within
from authserver.console.trail import actor_of, told_to
from authserver.organizations.disclosure import disclosed
from authserver.organizations.permissions import AUDIT
from authserver.web.unit_of_work import UnitOfWork


def add_to(views: Blueprint) -> None:
    """Route the page and the file."""
    at = "/organizations/<slug>/audit"
    views.add_url_rule(at, view_func=within(show, AUDIT), methods=["GET"], endpoint="audit")
    views.add_url_rule(f"{at}.csv", view_func=within(download, AUDIT), methods=["GET"], endpoint="audit_file")


def show(place: Place) -> Response:
    """Show a page of the trail."""
    asked = paging.asked()
    kind = _kind()
    wanted = Filter(place.id, actor=actor_of(asked.search, place.id), action=kind)
    try:
        found = reading.page(wanted, after=asked.after, limit=paging.SIZE)
    except Refused:
        abort(400)
    following = {"search": asked.search, "kind": kind, "after": found.next or ""}
    query = urlencode({name: text for name, text in following.items() if text})
    listing = paging.Listing(told_to(place.id, found.entries), asked, f"?{query}" if found.next else "")
    return shown("audit", place, listing=listing, kinds=_kinds(), kind=kind)


def download(place: Place) -> Response:
    """Give the whole trail of the organization as CSV, page by page as it is read."""
    app = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001 - its only accessor
    entries = reading.everything(
        Filter(place.id), lambda: UnitOfWork(app), lambda page: disclosed(place.id, page)
    )
    answer = Response(exporting.export(entries, "csv"), content_type=exporting.MEDIA_TYPES["csv"])
    name = f"audit-{place.organization.slug}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _kinds() -> dict[str, str]:
    """Return what may be asked for, by how the names of its actions begin."""
    return {
        "member.": _("Members"),
        "invitation.": _("Invitations"),
        "api_client.": _("API clients"),
        "secret.": _("Secrets"),
        "organization.": _("The organization itself"),
        "access.": _("What was refused"),
    }


def _kind() -> str:
    kind = request.args.get("kind", "")
    if kind and kind not in _kinds():
        abort(400)
    return kind
