"""`/organizations/<slug>/api-clients/<id>`: an API client: its facts and secrets, changing it, its end."""

from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from authserver.accounts.forms import PlainForm, typed
from authserver.accounts.services import services
from authserver.accounts.views import visitor
from authserver.base.errors import Forbidden, NotFound, Refused
from authserver.clients import administration, secret_administration
from authserver.clients.api_client import ApiClientRecord
from authserver.clients.reach import require_reach
from authserver.console.organization import rights, scopes
from authserver.console.organization.forms import ChangedApiClientForm, TypedNameForm
from authserver.console.organization.place import Place, shown, within
from authserver.console.views.fresh import fresh
from authserver.organizations.organization import require_typed_name
from authserver.organizations.permissions import API_CLIENTS
from authserver.organizations.versions import ChangedMeanwhile

SOON = 14 * 86_400
"""Seconds before its end for which a secret is marked."""


def add_to(views: Blueprint) -> None:
    """Route the page, the form of changes, and the acts."""
    at = "/organizations/<slug>/api-clients/<uuid:client_id>"
    for rule, method, view, endpoint in (
        (at, "GET", within(show, API_CLIENTS), "api_client"),
        (f"{at}/edit", "GET", within(ask, API_CLIENTS), "api_client_edit"),
        (f"{at}/edit", "POST", fresh(within(change, API_CLIENTS)), "api_client_change"),
        (f"{at}/disable", "POST", fresh(within(disable, API_CLIENTS)), "api_client_disable"),
        (f"{at}/enable", "POST", fresh(within(enable, API_CLIENTS)), "api_client_enable"),
        (f"{at}/delete", "GET", within(ask_end, API_CLIENTS), "api_client_ask_end"),
        (f"{at}/delete", "POST", fresh(within(delete, API_CLIENTS)), "api_client_delete"),
    ):
        views.add_url_rule(rule, view_func=view, methods=[method], endpoint=endpoint)


def show(place: Place, client_id: UUID) -> Response:
    """Show the client and its secrets."""
    client = administration.get(place.by, place.id, str(client_id))
    said = {
        "changed": _("The API client is changed."),
        "disabled": _("The API client is disabled: it gets no token any more."),
        "enabled": _("The API client is enabled."),
        "revoked": _("The secret is revoked: it counts nowhere any more."),
    }.get(request.args.get("said", ""))
    return shown(
        "api_client",
        place,
        client=client,
        secrets=secret_administration.listed(place.by, place.id, client.id),
        granted=rights.held(client.permissions),
        barrier=_barrier(place, client),
        soon=services().now() + SOON,
        form=PlainForm(formdata=None),
        said=said,
    )


def ask(place: Place, client_id: UUID) -> Response:
    """Show what can be changed."""
    client = administration.get(place.by, place.id, str(client_id))
    return _form(place, client, _filled(client))


def change(place: Place, client_id: UUID) -> Response:
    """Make the client what the form says."""
    client = administration.get(place.by, place.id, str(client_id))
    form = ChangedApiClientForm()
    if not form.validate():
        return _form(place, client, form, 400)
    try:
        administration.change(
            place.by,
            place.id,
            client.id,
            place.origin,
            name=typed(form.name),
            scopes=tuple(form.scopes.data or ()),
            permissions=frozenset(form.permissions.data or ()),
            seen=typed(form.version),
        )
    except NotFound:
        raise
    except ChangedMeanwhile as refusal:
        client = administration.get(place.by, place.id, client.id)
        return _form(place, client, _filled(client), 409, problem=str(refusal))
    except Forbidden as refusal:
        return _form(place, client, form, 403, problem=str(refusal))
    except Refused as refusal:
        return _form(place, client, form, 409, problem=str(refusal))
    return visitor.see_other(f"{_path(place, client)}?said=changed")


def disable(place: Place, client_id: UUID) -> Response:
    """Let the client get no token any more."""
    return _set(place, client_id, disabled=True)


def enable(place: Place, client_id: UUID) -> Response:
    """Let the client get tokens again."""
    return _set(place, client_id, disabled=False)


def ask_end(place: Place, client_id: UUID) -> Response:
    """Say what goes with the client, and ask for its name."""
    client = administration.get(place.by, place.id, str(client_id))
    return shown("api_client_delete", place, client=client, form=TypedNameForm(formdata=None))


def delete(place: Place, client_id: UUID) -> Response:
    """Delete the client of whoever types its name."""
    client = administration.get(place.by, place.id, str(client_id))
    form = TypedNameForm()
    try:
        require_typed_name(typed(form.confirm), client.name)
    except Refused:
        form.confirm.errors = [_("Type the name exactly as it stands above.")]
        return shown("api_client_delete", place, 400, client=client, form=form)
    administration.delete(place.by, place.id, client.id, place.origin)
    return visitor.see_other(f"{place.path}/api-clients?said=deleted")


def _set(place: Place, client_id: UUID, *, disabled: bool) -> Response:
    client = administration.set_disabled(place.by, place.id, str(client_id), place.origin, disabled=disabled)
    return visitor.see_other(f"{_path(place, client)}?said={'disabled' if disabled else 'enabled'}")


def _path(place: Place, client: ApiClientRecord) -> str:
    return f"{place.path}/api-clients/{client.id}"


def _barrier(place: Place, client: ApiClientRecord) -> str:
    """Return why the person may not use the client; empty when they may."""
    try:
        require_reach(place.by, place.rights, client)
    except Forbidden as refusal:
        return str(refusal)
    return ""


def _filled(client: ApiClientRecord) -> ChangedApiClientForm:
    """Return the form of what the client is now."""
    facts = {"name": client.name, "scopes": client.scopes, "permissions": client.permissions}
    return ChangedApiClientForm(formdata=None, data={**facts, "version": client.version})


def _form(
    place: Place,
    client: ApiClientRecord,
    form: ChangedApiClientForm,
    status: int = 200,
    *,
    problem: str | None = None,
) -> Response:
    granted = frozenset(form.permissions.data or ()) & (place.rights.permissions | set(client.permissions))
    return shown(
        "api_client_edit",
        place,
        status,
        client=client,
        form=form,
        scopes=scopes.choices({*(form.scopes.data or ()), *client.scopes}),
        groups=rights.choices(place.rights, granted),
        problem=problem,
    )
