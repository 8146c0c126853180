"""Secrets of API clients: reading what is known of them, adding, revoking; never reading one."""

from authserver.clients import secret_administration
from authserver.management.call import Call
from authserver.management.messages.api_clients import (
    WITHHELD,
    AddedSecret,
    AddSecret,
    RevokeQuery,
    SecretAnswer,
    SecretList,
)
from authserver.management.route import Reply, Route, Routes
from authserver.management.views.api_clients import CLIENT
from authserver.organizations.permissions import API_CLIENTS

TAG = "Secrets"
ALL = f"{CLIENT}/secrets"


def list_secrets(call: Call) -> Reply:
    """List the secrets of an API client, oldest first: labels and times, and no secret."""
    found = secret_administration.listed(call.by, call.organization_id, call.ids["client_id"])
    return Reply(SecretList(items=[SecretAnswer.of(each) for each in found]))


def add_secret(call: Call) -> Reply:
    """Add a secret beside those there are; it is in this answer, and can't be read again."""
    wish = call.wish(AddSecret)
    made, secret = secret_administration.add(
        call.by, call.organization_id, call.ids["client_id"], wish.label, wish.expires_at, call.origin
    )
    told = SecretAnswer.new(made)
    return Reply(
        AddedSecret(record=told, secret=secret),
        again=AddedSecret(record=told, secret=None, secret_withheld=WITHHELD),
    )


def revoke_secret(call: Call) -> Reply:
    """Revoke a secret: refused everywhere within a second.

    One that was used within the last day is only revoked with `even_if_used`: whoever uses it is locked out.
    """
    secret_administration.revoke(
        call.by,
        call.organization_id,
        call.ids["client_id"],
        call.ids["secret_id"],
        call.origin,
        sure=call.search(RevokeQuery).even_if_used == "true",
    )
    return Reply()


ROUTES: Routes = (
    Route("GET", ALL, API_CLIENTS, list_secrets, TAG, SecretList),
    Route("POST", ALL, API_CLIENTS, add_secret, TAG, AddedSecret, AddSecret, status=201, creates=True),
    Route(
        "DELETE", f"{ALL}/<uuid:secret_id>", API_CLIENTS, revoke_secret, TAG,
        query=RevokeQuery, status=204, refusals=(409,),
    ),
)  # fmt: skip
