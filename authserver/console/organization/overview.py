"""`/organizations/<slug>`: an organization, and what the person holds in it; `/leave`: going out of it."""

from flask import Blueprint, Response

from authserver.accounts.forms import PlainForm
from authserver.accounts.views import visitor
from authserver.base.errors import Refused
from authserver.console.organization import rights
from authserver.console.organization.place import Place, shown, within
from authserver.organizations import membership


def add_to(views: Blueprint) -> None:
    """Route both pages."""
    at = "/organizations/<slug>"
    views.add_url_rule(at, view_func=within(show), methods=["GET"], endpoint="organization")
    views.add_url_rule(f"{at}/leave", view_func=within(ask), methods=["GET"], endpoint="organization_leave")
    views.add_url_rule(f"{at}/leave", view_func=within(leave), methods=["POST"], endpoint="organization_left")


def show(place: Place) -> Response:
    """Show the organization and the person's place in it."""
    return shown("overview", place, held=rights.held(place.rights.permissions))


def ask(place: Place) -> Response:
    """Ask whether the person wants to go."""
    return shown("leave", place, form=PlainForm(formdata=None), problem=None)


def leave(place: Place) -> Response:
    """Let the person go; the last Administrator stays."""
    try:
        membership.leave(place.person.id, place.id, place.origin)
    except Refused as refusal:
        return shown("leave", place, 409, form=PlainForm(formdata=None), problem=str(refusal))
    return visitor.see_other("/organizations")
