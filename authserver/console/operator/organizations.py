"""`/admin/organizations`: the tenants, and what operators do to them."""

from collections.abc import Mapping

from flask import Blueprint, Response
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from authserver.accounts.views import visitor
from authserver.audit.log import Origin
from authserver.base.errors import Refused
from authserver.clients.store import api_clients
from authserver.console import paging
from authserver.console.operator.acts import Act, Kind, add_acts, said
from authserver.console.operator.room import Row, authority, list_page, operators, origin, shown
from authserver.console.organization import rights
from authserver.console.organization.forms import LimitForm
from authserver.console.views.fresh import fresh
from authserver.organizations import administration, catalogue, directory
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import Rights
from authserver.organizations.store import memberships
from authserver.organizations.store import organizations as store
from authserver.web.languages import timestamp

PATH = "/admin/organizations"


def _delete(organization: Organization, by: Origin) -> None:
    administration.delete(authority(), organization.id, by)


_DISABLE: Act[Organization] = Act(
    _("Disable"),
    _(
        "Its API clients get no token from within a second on, its people can't act for it, and its "
        "invitations are void for ever."
    ),
    _("The organization is disabled."),
    lambda organization, by: directory.set_disabled(organization.id, disabled=True, origin=by),
)
_ENABLE: Act[Organization] = Act(
    _("Enable"),
    _("Its API clients and its people go on as before."),
    _("The organization is enabled."),
    lambda organization, by: directory.set_disabled(organization.id, disabled=False, origin=by),
)
_DELETE: Act[Organization] = Act(
    _("Delete"),
    _("The organization is gone for ever, with its API clients and invitations. Its people live on."),
    _("The organization is deleted."),
    _delete,
    final=True,
)
_ALL = {"disable": _DISABLE, "enable": _ENABLE, "delete": _DELETE}


def add_to(views: Blueprint) -> None:
    """Route the list, the page of one, its limits, and its acts."""
    one = f"{PATH}/<organization_id>"
    for rule, method, view, endpoint in (
        (PATH, "GET", operators(show), "admin_organizations"),
        (one, "GET", operators(look), "admin_organization"),
        (f"{one}/permissions", "GET", operators(ask), "admin_organization_limits"),
        (f"{one}/permissions", "POST", fresh(operators(limit)), "admin_organization_limit"),
    ):
        views.add_url_rule(rule, view_func=view, methods=[method], endpoint=endpoint)
    add_acts(views, Kind("admin_organization", PATH, directory.get, lambda each: each.name, _acts))


def show() -> Response:
    """List organizations by slug."""
    asked = paging.asked()
    found = store.page(search=asked.search, after=asked.after, limit=paging.SIZE + 1)
    listing = paging.listing(asked, found, lambda organization: organization.slug)
    return list_page(
        gettext("Organizations"),
        paging.Listing([_row(each) for each in listing.entries], asked, listing.next),
        search=gettext("Part of the name or short name"),
        empty=gettext("There is no organization yet."),
        said=said(_ALL),
    )


def look(organization_id: str) -> Response:
    """Show one organization."""
    organization = directory.get(organization_id)
    limited = organization.limited_to
    allowed = gettext("all") if limited is None else ", ".join(limited) or gettext("none")
    return shown(
        "subject",
        title=organization.name,
        back=(PATH, gettext("Organizations")),
        tags=_tags(organization),
        facts=[
            (gettext("Short name"), organization.slug),
            (gettext("Id"), organization.id),
            (gettext("Created"), timestamp(organization.created_at)),
            (gettext("Members"), str(memberships.count(organization.id))),
            (gettext("API clients"), str(api_clients.count(organization.id))),
            (gettext("Allowed permissions"), allowed),
        ],
        more=[
            (f"{PATH}/{organization.id}/members", gettext("Members")),
            (f"{PATH}/{organization.id}/permissions", gettext("Limit permissions")),
        ],
        acts=_acts(organization),
        path=f"{PATH}/{organization.id}",
        said=said(_ALL) or said({"limited": _LIMITED}),
    )


def ask(organization_id: str) -> Response:
    """Show which permissions the organization may have."""
    organization = directory.get(organization_id)
    return _limits(organization, LimitForm(formdata=None), organization.limited_to)


def limit(organization_id: str) -> Response:
    """Allow the organization all permissions, or those of the form and no others."""
    organization = directory.get(organization_id)
    form = LimitForm()
    chosen = None if form.everything.data else tuple(form.permissions.data or ())
    try:
        directory.limit(organization.id, chosen, origin())
    except Refused as refusal:
        return _limits(organization, form, chosen, 409, problem=str(refusal))
    return visitor.see_other(f"{PATH}/{organization.id}?said=limited")


_LIMITED: Act[Organization] = Act("", "", _("The permissions are changed."), lambda _thing, _by: None)


def _limits(
    organization: Organization,
    form: LimitForm,
    chosen: tuple[str, ...] | None,
    status: int = 200,
    *,
    problem: str | None = None,
) -> Response:
    everything = Rights("member", catalogue.names())
    return shown(
        "limits",
        status,
        organization=organization,
        form=form,
        everything=chosen is None,
        groups=rights.choices(everything, everything.permissions if chosen is None else chosen),
        back=f"{PATH}/{organization.id}",
        problem=problem,
    )


def _acts(organization: Organization) -> Mapping[str, Act[Organization]]:
    return (
        {"enable": _ENABLE, "delete": _DELETE}
        if organization.disabled
        else {
            "disable": _DISABLE,
            "delete": _DELETE,
        }
    )


def _row(organization: Organization) -> Row:
    return Row(
        organization.name,
        f"{PATH}/{organization.id}",
        (organization.slug, gettext("created") + " " + timestamp(organization.created_at)),
        _tags(organization),
    )


def _tags(organization: Organization) -> tuple[tuple[str, str], ...]:
    tags = []
    if organization.limited_to is not None:
        tags.append((gettext("Limited"), "wait"))
    if organization.disabled:
        tags.append((gettext("Disabled"), "bad"))
    return tuple(tags)
