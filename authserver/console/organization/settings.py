"""`/organizations/<slug>/settings`: another name, another slug, and the end of an organization."""

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from authserver.accounts.forms import typed
from authserver.accounts.views import visitor
from authserver.base.errors import Conflict, Forbidden, NotFound, Refused
from authserver.clients.store import api_clients
from authserver.console.organization.forms import RenameForm, SlugForm, TypedNameForm
from authserver.console.organization.place import Place, shown, within
from authserver.console.views.fresh import fresh
from authserver.organizations import administration
from authserver.organizations.organization import require_typed_name
from authserver.organizations.permissions import ORGANIZATION
from authserver.organizations.store import memberships


def add_to(views: Blueprint) -> None:
    """Route the page and its acts."""
    at = "/organizations/<slug>/settings"
    for rule, method, view, endpoint in (
        (at, "GET", within(show, ORGANIZATION), "settings"),
        (f"{at}/name", "POST", within(rename, ORGANIZATION), "settings_rename"),
        (f"{at}/slug", "POST", within(move, ORGANIZATION), "settings_move"),
        (f"{at}/delete", "GET", within(ask, ORGANIZATION), "settings_ask"),
        (f"{at}/delete", "POST", fresh(within(delete, ORGANIZATION)), "settings_delete"),
    ):
        views.add_url_rule(rule, view_func=view, methods=[method], endpoint=endpoint)


def show(place: Place) -> Response:
    """Show what can be changed."""
    return _page(place)


def rename(place: Place) -> Response:
    """Give the organization another name."""
    form = RenameForm()
    if not form.validate():
        return _page(place, 400, rename=form)
    administration.rename(place.by, place.id, typed(form.name), place.origin)
    return visitor.see_other(f"{place.path}/settings?said=renamed")


def move(place: Place) -> Response:
    """Give the organization another slug; addresses with the one before lead nowhere."""
    form = SlugForm()
    if not form.validate():
        return _page(place, 400, slug=form)
    try:
        moved = administration.set_slug(place.by, place.id, typed(form.slug), place.origin)
    except Conflict as conflict:
        form.slug.errors = [str(conflict)]
        return _page(place, 409, slug=form)
    return visitor.see_other(f"/organizations/{moved.slug}/settings?said=moved")


def ask(place: Place) -> Response:
    """Say what goes with the organization, and ask for its name."""
    return _end(place, TypedNameForm(formdata=None))


def delete(place: Place) -> Response:
    """Delete the organization of whoever types its name."""
    form = TypedNameForm()
    try:
        require_typed_name(typed(form.confirm), place.organization.name)
    except Refused:
        form.confirm.errors = [_("Type the name exactly as it stands above.")]
        return _end(place, form, 400)
    try:
        administration.delete(place.by, place.id, place.origin)
    except NotFound:
        abort(404)
    except Forbidden as refusal:
        return _end(place, form, 403, problem=str(refusal))
    except Refused as veto:
        return _end(place, form, 409, problem=str(veto))
    return visitor.see_other("/organizations?said=deleted")


def _page(
    place: Place, status: int = 200, *, rename: RenameForm | None = None, slug: SlugForm | None = None
) -> Response:
    said = {
        "renamed": _("The name is changed."),
        "moved": _("The short name is changed. Links with the one before lead nowhere now."),
    }.get(request.args.get("said", ""))
    return shown(
        "settings",
        place,
        status,
        rename_form=rename or RenameForm(formdata=None, data={"name": place.organization.name}),
        slug_form=slug or SlugForm(formdata=None, data={"slug": place.organization.slug}),
        said=said,
    )


def _end(place: Place, form: TypedNameForm, status: int = 200, *, problem: str | None = None) -> Response:
    return shown(
        "delete",
        place,
        status,
        form=form,
        members=memberships.count(place.id),
        clients=api_clients.count(place.id),
        problem=problem,
    )
