"""`/organizations/<slug>/members`: who belongs to an organization, what they may do, and taking them out."""

from uuid import UUID

from flask import Blueprint, Response, abort, request

from authserver.accounts.account import Account
from authserver.accounts.forms import PlainForm, typed
from authserver.accounts.store import accounts, profiles
from authserver.accounts.views import visitor
from authserver.base.errors import Forbidden, NotFound, Refused
from authserver.console import paging
from authserver.console.organization import rights
from authserver.console.organization.forms import MemberForm
from authserver.console.organization.place import Place, shown, within
from authserver.console.views.fresh import fresh
from authserver.organizations import membership, roster
from authserver.organizations.member import Membership
from authserver.organizations.permissions import MEMBERS, may_touch
from authserver.organizations.versions import ChangedMeanwhile


def add_to(views: Blueprint) -> None:
    """Route the list, the page of one member, and its two acts."""
    at = "/organizations/<slug>/members"
    one = f"{at}/<uuid:account_id>"
    for rule, method, view, endpoint in (
        (at, "GET", within(show, MEMBERS), "members"),
        (one, "GET", within(look, MEMBERS), "member"),
        (one, "POST", fresh(within(change, MEMBERS)), "member_change"),
        (f"{one}/remove", "GET", within(ask, MEMBERS), "member_ask"),
        (f"{one}/remove", "POST", fresh(within(remove, MEMBERS)), "member_remove"),
    ):
        views.add_url_rule(rule, view_func=view, methods=[method], endpoint=endpoint)


def show(place: Place) -> Response:
    """List the members by address."""
    asked = paging.asked()
    found = roster.page(place.by, place.id, search=asked.search, after=asked.after, limit=paging.SIZE + 1)
    listing = paging.listing(asked, found, lambda each: each.account.email)
    return shown("members", place, listing=listing, said=request.args.get("said"))


def look(place: Place, account_id: UUID) -> Response:
    """Show one member, and what may be changed."""
    present, account = _member(place, account_id)
    return _page(place, present, account, _filled(present))


def change(place: Place, account_id: UUID) -> Response:
    """Make the member's role and permissions those of the form."""
    present, account = _member(place, account_id)
    form = MemberForm()
    if not form.validate():
        return _page(place, present, account, form, 400)
    try:
        wanted = rights.wished(typed(form.role), form.permissions.data or ())
        membership.change(place.by, place.id, str(account_id), wanted, place.origin, seen=typed(form.version))
    except NotFound:
        abort(404)
    except ChangedMeanwhile as refusal:
        present, account = _member(place, account_id)
        return _page(place, present, account, _filled(present), 409, problem=str(refusal))
    except Forbidden as refusal:
        return _page(place, present, account, form, 403, problem=str(refusal))
    except Refused as refusal:
        return _page(place, present, account, form, 409, problem=str(refusal))
    return visitor.see_other(f"{place.path}/members?said=changed")


def ask(place: Place, account_id: UUID) -> Response:
    """Ask whether the member is to go."""
    _present, account = _member(place, account_id)
    return _leaving(place, account)


def remove(place: Place, account_id: UUID) -> Response:
    """Take the member out of the organization."""
    _present, account = _member(place, account_id)
    try:
        membership.remove(place.by, place.id, str(account_id), place.origin)
    except NotFound:
        abort(404)
    except Forbidden as refusal:
        return _leaving(place, account, 403, problem=str(refusal))
    except Refused as refusal:
        return _leaving(place, account, 409, problem=str(refusal))
    return visitor.see_other(f"{place.path}/members?said=removed")


def _member(place: Place, account_id: UUID) -> tuple[Membership, Account]:
    present = roster.get(place.by, place.id, str(account_id))
    account = accounts.find(present.account_id)
    if account is None:
        abort(404)
    return present, account


def _filled(present: Membership) -> MemberForm:
    """Return the form of what is granted now."""
    facts = {"role": present.role, "permissions": sorted(present.permissions), "version": present.version}
    return MemberForm(formdata=None, data=facts)


def _page(
    place: Place,
    present: Membership,
    account: Account,
    form: MemberForm,
    status: int = 200,
    *,
    problem: str | None = None,
) -> Response:
    return shown(
        "member",
        place,
        status,
        member=present,
        account=account,
        name=profiles.find(account.id).name,
        form=form,
        groups=rights.choices(place.rights, frozenset(form.permissions.data or ())),
        granted=rights.held(present.permissions),
        may_touch=may_touch(place.rights, present.granted),
        problem=problem,
    )


def _leaving(place: Place, account: Account, status: int = 200, *, problem: str | None = None) -> Response:
    return shown(
        "member_remove", place, status, account=account, form=PlainForm(formdata=None), problem=problem
    )
