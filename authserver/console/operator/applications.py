"""`/admin/applications`: the products that send people here, and what operators do to them."""

from collections.abc import Mapping

from flask import Blueprint, Response
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from authserver.clients import application_registration
from authserver.clients.application import Application
from authserver.clients.store import applications as store
from authserver.console import paging
from authserver.console.operator.acts import Act, Kind, add_acts, said
from authserver.console.operator.room import Row, list_page, operators, shown, yes_or_no
from authserver.web.languages import timestamp

PATH = "/admin/applications"

_DISABLE: Act[Application] = Act(
    _("Disable"),
    _("Nobody can sign in to it, and what it holds of people ends at once."),
    _("The application is disabled."),
    lambda each, by: application_registration.set_disabled(each.id, by, disabled=True),
)
_ENABLE: Act[Application] = Act(
    _("Enable"),
    _("People can sign in to it again."),
    _("The application is enabled."),
    lambda each, by: application_registration.set_disabled(each.id, by, disabled=False),
)
_DELETE: Act[Application] = Act(
    _("Delete"),
    _("The application is gone for ever, with its secrets and all consents; its id never comes back."),
    _("The application is deleted."),
    lambda each, by: application_registration.delete(each.id, by),
    final=True,
)
_ALL = {"disable": _DISABLE, "enable": _ENABLE, "delete": _DELETE}


def add_to(views: Blueprint) -> None:
    """Route the list, the page of one, and its acts."""
    one = f"{PATH}/<application_id>"
    views.add_url_rule(PATH, view_func=operators(show), methods=["GET"], endpoint="admin_applications")
    views.add_url_rule(one, view_func=operators(look), methods=["GET"], endpoint="admin_application")
    find = application_registration.get
    add_acts(views, Kind("admin_application", PATH, find, lambda each: each.name, _acts))


def show() -> Response:
    """List applications by id."""
    asked = paging.asked()
    found = store.page(search=asked.search, after=asked.after, limit=paging.SIZE + 1)
    listing = paging.listing(asked, found, lambda application: application.id)
    return list_page(
        gettext("Applications"),
        paging.Listing([_row(each) for each in listing.entries], asked, listing.next),
        search=gettext("Part of the name, or the id"),
        empty=gettext("No application yet. Register one with: authserver applications create"),
        said=said(_ALL),
    )


def look(application_id: str) -> Response:
    """Show one application."""
    each = application_registration.get(application_id)
    return shown(
        "subject",
        title=each.name,
        back=(PATH, gettext("Applications")),
        tags=_tags(each),
        facts=[
            (gettext("Client id"), each.id),
            (gettext("Created"), timestamp(each.created_at)),
            (gettext("Authentication"), each.auth_method),
            (gettext("Profile"), each.profile),
            (gettext("Scopes"), ", ".join(each.scopes)),
            (gettext("Redirect addresses"), "\n".join(each.redirect_uris)),
            (gettext("After sign-out"), "\n".join(each.post_logout_redirect_uris) or gettext("none")),
            (gettext("First party"), yes_or_no(each.first_party)),
            (gettext("Secrets"), str(len(each.secrets))),
        ],
        acts=_acts(each),
        path=f"{PATH}/{each.id}",
        said=said(_ALL),
    )


def _acts(application: Application) -> Mapping[str, Act[Application]]:
    return (
        {"disable": _DISABLE, "delete": _DELETE}
        if application.active
        else {
            "enable": _ENABLE,
            "delete": _DELETE,
        }
    )


def _row(application: Application) -> Row:
    kind = gettext("public") if application.public else gettext("confidential")
    return Row(application.name, f"{PATH}/{application.id}", (application.id, kind), _tags(application))


def _tags(application: Application) -> tuple[tuple[str, str], ...]:
    return () if application.active else ((gettext("Disabled"), "bad"),)
