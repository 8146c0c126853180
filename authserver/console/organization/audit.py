"""`/organizations/<slug>/audit`: what happened in an organization, newest first, and the same as a file."""

from functools import partial
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from authserver.audit import exporting, reading
from authserver.audit.filter import Filter
from authserver.base.errors import Refused
from authserver.console import paging
from authserver.console.organization.place import Place, shown, within
from authserver.console.trail import actor_of, told_to
from authserver.organizations.disclosure import disclosed
from authserver.organizations.permissions import AUDIT
from authserver.web.unit_of_work import further_units


def add_to(views: Blueprint) -> None:
    """Route the page and the files."""
    at = "/organizations/<slug>/audit"
    views.add_url_rule(at, view_func=within(show, AUDIT), methods=["GET"], endpoint="audit")
    for form in exporting.MEDIA_TYPES:
        view = within(partial(download, form=form), AUDIT)
        views.add_url_rule(f"{at}.{form}", view_func=view, methods=["GET"], endpoint=f"audit_{form}")


def show(place: Place) -> Response:
    """Show a page of the trail."""
    asked, kind, wanted = _asked(place)
    try:
        found = reading.page(wanted, after=asked.after, limit=paging.SIZE)
    except Refused:
        abort(400)
    following = _query(asked, kind, found.next) if found.next else ""
    listing = paging.Listing(told_to(place.id, found.entries), asked, following)
    return shown("audit", place, listing=listing, kinds=_kinds(), kind=kind, files=_query(asked, kind))


def download(place: Place, form: exporting.Format) -> Response:
    """Give all that the page would show, as a file of one format, page by page as it is read."""
    _asked_for, _kind, wanted = _asked(place)
    entries = reading.everything(wanted, further_units(), lambda page: disclosed(place.id, page))
    answer = Response(exporting.export(entries, form), content_type=exporting.MEDIA_TYPES[form])
    name = f"audit-{place.organization.slug}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _asked(place: Place) -> tuple[paging.Asked, str, Filter]:
    """Return what the address asks for, as texts and as a filter."""
    asked, kind = paging.asked(), request.args.get("kind", "")
    if kind and kind not in _kinds():
        abort(400)
    return asked, kind, Filter(place.id, actor=actor_of(asked.search, place.id), action=kind)


def _query(asked: paging.Asked, kind: str, after: str = "") -> str:
    """Return the query that asks for the same; empty when that is everything."""
    facts = {"search": asked.search, "kind": kind, "after": after}
    query = urlencode({name: text for name, text in facts.items() if text})
    return f"?{query}" if query else ""


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
