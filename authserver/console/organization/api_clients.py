"""`/organizations/<slug>/api-clients`: the API clients of an organization, and making one."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from authserver.accounts.forms import typed
from authserver.accounts.services import services
from authserver.base.errors import Conflict, Forbidden, NotFound, Refused
from authserver.clients import administration
from authserver.clients.administration import Wish
from authserver.clients.store import secrets
from authserver.console import paging
from authserver.console.organization import rights, scopes
from authserver.console.organization.forms import NewApiClientForm, expires_at
from authserver.console.organization.place import Place, shown, within
from authserver.console.organization.reveal import revealed
from authserver.console.views import once
from authserver.console.views.fresh import fresh
from authserver.organizations.permissions import API_CLIENTS

CONFLICT = 409


def add_to(views: Blueprint) -> None:
    """Route the list, and the form of a new client."""
    at = "/organizations/<slug>/api-clients"
    for rule, method, view, endpoint in (
        (at, "GET", within(show, API_CLIENTS), "api_clients"),
        (f"{at}/new", "GET", fresh(within(ask, API_CLIENTS)), "api_clients_new"),
        (f"{at}/new", "POST", fresh(within(create, API_CLIENTS)), "api_clients_create"),
    ):
        views.add_url_rule(rule, view_func=view, methods=[method], endpoint=endpoint)


def show(place: Place) -> Response:
    """List the API clients by name."""
    asked = paging.asked()
    found = administration.named(
        place.by, place.id, search=asked.search, after=paging.pair(asked.after), limit=paging.SIZE + 1
    )
    listing = paging.listing(asked, found, lambda each: f"{each.id}.{each.name}")
    summaries = secrets.summed(secrets.OF_CLIENTS, [client.id for client in listing.entries])
    said = {"deleted": _("The API client is deleted.")}.get(request.args.get("said", ""))
    return shown("api_clients", place, listing=listing, summaries=summaries, said=said)


def ask(place: Place) -> Response:
    """Show the form of a new API client."""
    return _form(place, NewApiClientForm(formdata=None))


def create(place: Place) -> Response:
    """Make an API client, and answer with its secret: nothing keeps it, and a reload makes no second one."""
    form = NewApiClientForm()
    client_id = once.id_in(request.form.get(once.FIELD, ""), _purpose(place))
    valid = form.validate()
    if valid and not form.scopes.data:
        form.scopes.errors = [_("Choose at least one scope.")]
        valid = False
    if not valid:
        return _form(place, form, 400)
    if client_id is None:
        return _form(place, form, 400, problem=_("This form is out of date. Please send it again."))
    wish = Wish(
        name=typed(form.name),
        scopes=tuple(form.scopes.data or ()),
        permissions=frozenset(form.permissions.data or ()),
        secret_expires_at=expires_at(typed(form.expires), services().now()),
        client_id=client_id,
    )
    try:
        client, secret = administration.create(place.by, place.id, wish, place.origin)
    except NotFound:
        raise
    except Conflict:
        return shown("made_already", place, CONFLICT, client_id=client_id)
    except Forbidden as refusal:
        return _form(place, form, 403, problem=str(refusal))
    except Refused as refusal:
        return _form(place, form, CONFLICT, problem=str(refusal))
    return revealed(place, client, secret)


def _purpose(place: Place) -> str:
    return f"an API client of {place.id}"


def _form(place: Place, form: NewApiClientForm, status: int = 200, *, problem: str | None = None) -> Response:
    chosen = frozenset(form.permissions.data or ()) & place.rights.permissions
    return shown(
        "api_client_new",
        place,
        status,
        form=form,
        scopes=scopes.choices(form.scopes.data or (), first=not form.is_submitted()),
        groups=rights.choices(place.rights, chosen),
        once=once.token(_purpose(place)),
        problem=problem,
    )
