"""`/organizations/<slug>/members`: who belongs to an organization, what they may do, and taking them out."""

from uuid import UUID

from flask import Blueprint, Response, abort, request

from authserver.accounts.account import Account
from authserver.accounts.forms import PlainForm
from authserver.accounts.store import accounts, profiles
from authserver.accounts.views import visitor
from authserver.base.errors import Forbidden, NotFound, Refused
from authserver.console import paging
from authserver.console.organization import member_form, rights
from authserver.console.organization.member_form import Unsaved
from authserver.console.organization.place import Place, shown, within
from authserver.console.views.fresh import fresh
from authserver.organizations import membership, roster
from authserver.organizations.member import Membership
from authserver.organizations.permissions import MEMBERS, may_touch


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
    return _page(place, account_id)


def change(place: Place, account_id: UUID) -> Response:
    """Make the member's role and permissions those of the form."""
    unsaved = member_form.save(place.by, place.id, str(account_id), place.origin)
    return (
        _page(place, account_id, unsaved)
        if unsaved
        else visitor.see_other(f"{place.path}/members?said=changed")
    )


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


def _page(place: Place, account_id: UUID, unsaved: Unsaved | None = None) -> Response:
    present, account = _member(place, account_id)
    form = unsaved.form if unsaved else member_form.filled(present)
    return shown(
        "member",
        place,
        unsaved.status if unsaved else 200,
        member=present,
        account=account,
        name=profiles.find(account.id).name,
        form=form,
        groups=rights.choices(place.rights, frozenset(form.permissions.data or ())),
        granted=rights.held(present.permissions),
        may_touch=may_touch(place.rights, present.granted),
        problem=unsaved.problem if unsaved else None,
    )


def _leaving(place: Place, account: Account, status: int = 200, *, problem: str | None = None) -> Response:
    return shown(
        "member_remove", place, status, account=account, form=PlainForm(formdata=None), problem=problem
    )
