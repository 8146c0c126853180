"""`/organizations/<slug>/api-clients/<id>/secrets`: a further secret, and revoking one."""

from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from authserver.accounts.forms import PlainForm, typed
from authserver.accounts.services import services
from authserver.accounts.views import visitor
from authserver.base.errors import Conflict, Forbidden, NotFound, Refused
from authserver.clients import administration, secret_administration
from authserver.clients.api_client import ApiClientRecord
from authserver.clients.secret_administration import RECENT, Listed, StillUsed
from authserver.console.organization.forms import SecretForm, expires_at
from authserver.console.organization.place import Place, shown, within
from authserver.console.organization.reveal import revealed
from authserver.console.views import once
from authserver.console.views.fresh import fresh
from authserver.organizations.permissions import API_CLIENTS

CONFLICT = 409


def add_to(views: Blueprint) -> None:
    """Route both acts, each with the page that asks."""
    at = "/organizations/<slug>/api-clients/<uuid:client_id>/secrets"
    one = f"{at}/<uuid:secret_id>/revoke"
    for rule, method, view, endpoint in (
        (f"{at}/new", "GET", fresh(within(ask, API_CLIENTS)), "secret_new"),
        (f"{at}/new", "POST", fresh(within(add, API_CLIENTS)), "secret_add"),
        (one, "GET", within(ask_end, API_CLIENTS), "secret_ask_end"),
        (one, "POST", fresh(within(revoke, API_CLIENTS)), "secret_revoke"),
    ):
        views.add_url_rule(rule, view_func=view, methods=[method], endpoint=endpoint)


def ask(place: Place, client_id: UUID) -> Response:
    """Show the form of a further secret."""
    client = administration.get(place.by, place.id, str(client_id))
    return _form(place, client, SecretForm(formdata=None))


def add(place: Place, client_id: UUID) -> Response:
    """Make a further secret, and answer with it: nothing keeps it, and a reload makes no second one."""
    client = administration.get(place.by, place.id, str(client_id))
    form = SecretForm()
    secret_id = once.id_in(request.form.get(once.FIELD, ""), _purpose(client))
    if not form.validate():
        return _form(place, client, form, 400)
    if secret_id is None:
        return _form(place, client, form, 400, problem=_("This form is out of date. Please send it again."))
    ends = expires_at(typed(form.expires), services().now())
    try:
        _made, secret = secret_administration.add(
            place.by, place.id, client.id, typed(form.label), ends, place.origin, secret_id
        )
    except NotFound:
        raise
    except Conflict:
        return shown("made_already", place, CONFLICT, client_id=client.id)
    except Forbidden as refusal:
        return _form(place, client, form, 403, problem=str(refusal))
    except Refused as refusal:
        return _form(place, client, form, CONFLICT, problem=str(refusal))
    return revealed(place, client, secret, added=True)


def ask_end(place: Place, client_id: UUID, secret_id: UUID) -> Response:
    """Ask whether the secret is to go; say so when it was used of late."""
    client = administration.get(place.by, place.id, str(client_id))
    return _ending(place, client, str(secret_id))


def revoke(place: Place, client_id: UUID, secret_id: UUID) -> Response:
    """Revoke the secret; one that was used of late, only after it was said."""
    client = administration.get(place.by, place.id, str(client_id))
    sure = request.form.get("sure") == "yes"
    try:
        secret_administration.revoke(place.by, place.id, client.id, str(secret_id), place.origin, sure=sure)
    except StillUsed:
        return _ending(place, client, str(secret_id), CONFLICT)
    return visitor.see_other(f"{place.path}/api-clients/{client.id}?said=revoked")


def _purpose(client: ApiClientRecord) -> str:
    return f"a secret of {client.id}"


def _form(
    place: Place, client: ApiClientRecord, form: SecretForm, status: int = 200, *, problem: str | None = None
) -> Response:
    token = once.token(_purpose(client))
    return shown("secret_new", place, status, client=client, form=form, once=token, problem=problem)


def _ending(place: Place, client: ApiClientRecord, secret_id: str, status: int = 200) -> Response:
    secrets = secret_administration.listed(place.by, place.id, client.id)
    listed: Listed | None = next((each for each in secrets if each.secret.id == secret_id), None)
    if listed is None:
        raise NotFound(f"{client.id} has no secret {secret_id}.")
    used = (listed.secret.last_used_at or 0) > services().now() - RECENT and not listed.expired
    return shown(
        "secret_revoke",
        place,
        status,
        client=client,
        listed=listed,
        used=used,
        last=len([each for each in secrets if not each.expired]) == 1 and not listed.expired,
        form=PlainForm(formdata=None),
    )
