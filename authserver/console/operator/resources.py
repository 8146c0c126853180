"""`/admin/resources`: the APIs, their scopes and permissions, to look at. The terminal registers them."""

from flask import Blueprint, Response
from flask_babel import gettext as _

from authserver.clients import resource_permissions, resource_registration
from authserver.clients.store import resources as store
from authserver.console import paging
from authserver.console.operator.room import Row, list_page, operators, shown, yes_or_no

PATH = "/admin/resources"


def add_to(views: Blueprint) -> None:
    """Route the list and the page of one."""
    views.add_url_rule(PATH, view_func=operators(show), methods=["GET"], endpoint="admin_resources")
    views.add_url_rule(
        f"{PATH}/<name>", view_func=operators(look), methods=["GET"], endpoint="admin_resource"
    )


def show() -> Response:
    """List the resources by name: there are few."""
    asked = paging.asked()
    part = asked.search.lower()
    rows = [
        Row(
            each.name,
            f"{PATH}/{each.name}",
            (each.audience, ", ".join(each.scopes)),
            ((_("internal"), ""),) if each.internal else (),
        )
        for each in store.everything()
        if part in each.name or part in each.audience.lower()
    ]
    return list_page(
        _("API resources"),
        paging.Listing(rows, asked, ""),
        search=_("Part of the name or audience"),
        empty=_("No API yet. Register one with: authserver resources create"),
    )


def look(name: str) -> Response:
    """Show one resource."""
    each = resource_registration.get(name)
    permissions = [f"{known.name}: {known.description}" for known in resource_permissions.of(each.name)]
    return shown(
        "subject",
        title=each.name,
        back=(PATH, _("API resources")),
        facts=[
            (_("Audience"), each.audience),
            (_("Scopes"), ", ".join(each.scopes)),
            (_("Signing algorithm"), each.algorithm),
            (_("Claim style"), each.claim_style),
            (_("Life of its tokens"), _("%(count)s seconds", count=each.lifetime)),
            (_("For operators alone"), yes_or_no(each.internal)),
            (_("Permissions"), "\n".join(permissions) or _("none")),
        ],
    )
