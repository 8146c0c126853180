"""`/organizations/<slug>/audit`: what happened in an organization, newest first, and the same as a file."""

from functools import partial

from flask import Blueprint, Response
from flask_babel import gettext as _

from authserver.audit import exporting
from authserver.console import paging, trail_pages
from authserver.console.organization.place import Place, shown, within
from authserver.console.trail import told_to
from authserver.organizations.disclosure import disclosed
from authserver.organizations.permissions import AUDIT


def add_to(views: Blueprint) -> None:
    """Route the page and the files."""
    at = "/organizations/<slug>/audit"
    views.add_url_rule(at, view_func=within(show, AUDIT), methods=["GET"], endpoint="audit")
    for form in exporting.MEDIA_TYPES:
        view = within(partial(download, form=form), AUDIT)
        views.add_url_rule(f"{at}.{form}", view_func=view, methods=["GET"], endpoint=f"audit_{form}")


def show(place: Place) -> Response:
    """Show a page of the trail."""
    kinds = _kinds()
    question = trail_pages.asked(kinds, place.id)
    found = trail_pages.read(question)
    following = question.query(found.next) if found.next else ""
    listing = paging.Listing(told_to(place.id, found.entries), question.asked, following)
    return shown("audit", place, listing=listing, kinds=kinds, kind=question.kind, files=question.query())


def download(place: Place, form: exporting.Format) -> Response:
    """Give all that the page would show as a file."""
    question = trail_pages.asked(_kinds(), place.id)
    name = f"audit-{place.organization.slug}"
    return trail_pages.file(question, form, name, lambda page: disclosed(place.id, page))


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
