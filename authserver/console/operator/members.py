"""`/admin/organizations/<id>/members`: who belongs to an organization; operators change and remove them.

What may be done is what `authserver organizations change-member` may do: the rules are in `membership`.
"""

from flask import Blueprint, Response
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from authserver.accounts.forms import PlainForm
from authserver.accounts.views import visitor
from authserver.audit.log import Origin
from authserver.base.errors import NotFound, Refused
from authserver.console import paging
from authserver.console.operator.acts import Act, said
from authserver.console.operator.room import Row, authority, list_page, operators, origin, shown
from authserver.console.organization import member_form, rights
from authserver.console.organization.member_form import Unsaved
from authserver.console.views.fresh import fresh
from authserver.organizations import directory, membership, roster
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import Rights
from authserver.organizations.roster import Listed
from authserver.web.languages import timestamp

PATH = "/admin/organizations"
"""Of the organizations; their members are below each."""

CONFLICT = 409


def add_to(views: Blueprint) -> None:
    """Route the list, the page of one member, and the two acts."""
    at = f"{PATH}/<organization_id>/members"
    one = f"{at}/<account_id>"
    for rule, method, view, endpoint in (
        (at, "GET", operators(show), "admin_members"),
        (one, "GET", operators(look), "admin_member"),
        (one, "POST", fresh(operators(change)), "admin_member_change"),
        (f"{one}/remove", "GET", operators(ask), "admin_member_ask"),
        (f"{one}/remove", "POST", fresh(operators(remove)), "admin_member_remove"),
    ):
        views.add_url_rule(rule, view_func=view, methods=[method], endpoint=endpoint)


def show(organization_id: str) -> Response:
    """List the members by address."""
    organization, asked = directory.get(organization_id), paging.asked()
    found = roster.page(
        authority(), organization.id, search=asked.search, after=asked.after, limit=paging.SIZE + 1
    )
    listing = paging.listing(asked, found, lambda each: each.account.email)
    return list_page(
        gettext("Members"),
        paging.Listing([_row(each) for each in listing.entries], asked, listing.next),
        search=gettext("Name or email address"),
        empty=gettext("Nobody belongs to it. Invite somebody with: authserver organizations invite"),
        said=said({"changed": _CHANGE, "removed": _REMOVE}),
        back=(f"{PATH}/{organization.id}", organization.name),
    )


def look(organization_id: str, account_id: str) -> Response:
    """Show one member, and what may be changed."""
    return _page(directory.get(organization_id), account_id)


def change(organization_id: str, account_id: str) -> Response:
    """Make the member's role and permissions those of the form."""
    organization = directory.get(organization_id)
    unsaved = member_form.save(authority(), organization.id, account_id, origin())
    if unsaved:
        return _page(organization, account_id, unsaved)
    return visitor.see_other(f"{_path(organization)}?said=changed")


def ask(organization_id: str, account_id: str) -> Response:
    """Ask whether the member is to go."""
    return _leaving(_member(directory.get(organization_id), account_id))


def remove(organization_id: str, account_id: str) -> Response:
    """Take the member out of the organization."""
    organization = directory.get(organization_id)
    each = _member(organization, account_id)
    try:
        _REMOVE.do(each, origin())
    except NotFound:
        raise
    except Refused as refusal:
        return _leaving(each, CONFLICT, problem=str(refusal))
    return visitor.see_other(f"{_path(organization)}?said=removed")


def _remove(each: Listed, by: Origin) -> None:
    membership.remove(authority(), each.membership.organization.id, each.account.id, by)


_CHANGE: Act[Listed] = Act("", "", _("The member's rights are changed."), lambda _each, _by: None)
_REMOVE: Act[Listed] = Act(
    _("Remove from the organization"),
    _(
        "The person loses at once what they may do there. Their account lives on, and API clients that they "
        "made stay."
    ),
    _("The member is removed."),
    _remove,
)


def _page(organization: Organization, account_id: str, unsaved: Unsaved | None = None) -> Response:
    each = _member(organization, account_id)
    form = unsaved.form if unsaved else member_form.filled(each.membership)
    mine = authority().rights(organization) or Rights("member")
    return shown(
        "member",
        unsaved.status if unsaved else 200,
        organization=organization,
        each=each,
        form=form,
        groups=rights.choices(mine, frozenset(form.permissions.data or ())),
        back=_path(organization),
        path=f"{_path(organization)}/{each.account.id}",
        problem=unsaved.problem if unsaved else None,
    )


def _leaving(each: Listed, status: int = 200, *, problem: str | None = None) -> Response:
    organization = each.membership.organization
    return shown(
        "act",
        status,
        name=f"{each.account.email} ({organization.name})",
        act=_REMOVE,
        form=PlainForm(formdata=None),
        back=f"{_path(organization)}/{each.account.id}",
        problem=problem,
    )


def _member(organization: Organization, account_id: str) -> Listed:
    return roster.find(authority(), organization.id, account_id)


def _row(each: Listed) -> Row:
    facts = [each.account.email] if each.name else []
    facts.append(gettext("since") + " " + timestamp(each.membership.joined_at))
    administrator = each.membership.role == "administrator"
    if not administrator:
        count = len(each.rights.permissions)
        facts.append(ngettext("%(num)d permission", "%(num)d permissions", count))
    tags = [(gettext("Administrator"), "strong") if administrator else (gettext("Member"), "")]
    if each.account.disabled:
        tags.append((gettext("Disabled"), "bad"))
    path = f"{_path(each.membership.organization)}/{each.account.id}"
    return Row(each.name or each.account.email, path, tuple(facts), tuple(tags))


def _path(organization: Organization) -> str:
    return f"{PATH}/{organization.id}/members"
