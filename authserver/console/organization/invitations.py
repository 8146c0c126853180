"""`/organizations/<slug>/invitations`: inviting people, and the invitations that wait for an answer."""

from uuid import UUID

from flask import Blueprint, Response, abort, request
from flask_babel import get_locale
from flask_babel import gettext as _

from authserver.accounts.forms import PlainForm, typed
from authserver.accounts.services import services
from authserver.accounts.views import visitor
from authserver.base.errors import Conflict, Forbidden, NotFound, Refused
from authserver.console import paging
from authserver.console.organization import rights
from authserver.console.organization.forms import InviteForm
from authserver.console.organization.place import Place, shown, within
from authserver.console.views.fresh import fresh
from authserver.organizations import invitations
from authserver.organizations.invitations import TooManyLetters
from authserver.organizations.permissions import MEMBERS

TOO_MANY = 429


def add_to(views: Blueprint) -> None:
    """Route the list, the form of a new invitation, and the acts on one."""
    at = "/organizations/<slug>/invitations"
    one = f"{at}/<uuid:invitation_id>"
    for rule, method, view, endpoint in (
        (at, "GET", within(show, MEMBERS), "invitations"),
        (f"{at}/new", "GET", fresh(within(ask, MEMBERS)), "invitations_new"),
        (f"{at}/new", "POST", fresh(within(invite, MEMBERS)), "invitations_invite"),
        (f"{one}/resend", "POST", fresh(within(resend, MEMBERS)), "invitations_resend"),
        (f"{one}/revoke", "POST", within(revoke, MEMBERS), "invitations_revoke"),
    ):
        views.add_url_rule(rule, view_func=view, methods=[method], endpoint=endpoint)


def show(place: Place) -> Response:
    """List the invitations that nobody accepted yet."""
    return _list(place)


def ask(place: Place) -> Response:
    """Show the form of a new invitation."""
    return _form(place, InviteForm(formdata=None))


def invite(place: Place) -> Response:
    """Invite an address; the answer is the same whether or not it has an account."""
    form = InviteForm()
    if not form.validate():
        return _form(place, form, 400)
    try:
        wanted = rights.wished(typed(form.role), form.permissions.data or ())
        invitations.invite(
            services(), place.by, place.id, typed(form.email), wanted, str(get_locale()), place.origin
        )
    except NotFound:
        abort(404)
    except TooManyLetters as limit:
        return _later(_form(place, form, TOO_MANY, problem=str(limit)), limit)
    except Forbidden as refusal:
        return _form(place, form, 403, problem=str(refusal))
    except Conflict as refusal:
        form.email.errors = [str(refusal)]
        return _form(place, form, 409)
    except Refused as refusal:
        form.email.errors = [str(refusal)]
        return _form(place, form, 400)
    return visitor.see_other(f"{place.path}/invitations?said=invited")


def resend(place: Place, invitation_id: UUID) -> Response:
    """Let the letter go out once more; the link of the one before is void."""
    try:
        invitations.resend(
            services(), place.by, place.id, str(invitation_id), str(get_locale()), place.origin
        )
    except TooManyLetters as limit:
        return _later(_list(place, TOO_MANY, problem=str(limit)), limit)
    except Forbidden as refusal:
        return _list(place, 403, problem=str(refusal))
    return visitor.see_other(f"{place.path}/invitations?said=resent")


def revoke(place: Place, invitation_id: UUID) -> Response:
    """Take the invitation back."""
    try:
        invitations.revoke(place.by, place.id, str(invitation_id), place.origin)
    except Forbidden as refusal:
        return _list(place, 403, problem=str(refusal))
    return visitor.see_other(f"{place.path}/invitations?said=revoked")


def _list(place: Place, status: int = 200, *, problem: str | None = None) -> Response:
    asked = paging.asked()
    found = invitations.pending(
        services(), place.by, place.id, search=asked.search, after=asked.after, limit=paging.SIZE + 1
    )
    listing = paging.listing(asked, found, lambda each: each.invitation.email)
    said = {
        "invited": _("The invitation is on its way."),
        "resent": _("The letter goes out once more; the link before is void."),
        "revoked": _("The invitation is taken back."),
    }.get(request.args.get("said", ""))
    return shown(
        "invitations",
        place,
        status,
        listing=listing,
        said=said,
        problem=problem,
        form=PlainForm(formdata=None),
    )


def _form(place: Place, form: InviteForm, status: int = 200, *, problem: str | None = None) -> Response:
    groups = rights.choices(place.rights, frozenset(form.permissions.data or ()) & place.rights.permissions)
    days = services().settings.invitation_lifetime // 86_400
    return shown("invite", place, status, form=form, groups=groups, days=days, problem=problem)


def _later(answer: Response, limit: TooManyLetters) -> Response:
    answer.headers["Retry-After"] = str(limit.retry_after)
    return answer
