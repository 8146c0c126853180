"""API clients: reading, creating, changing, disabling, enabling, deleting."""

from authserver.clients import administration
from authserver.clients.administration import Wish
from authserver.clients.api_client import ApiClientRecord
from authserver.management.call import Call
from authserver.management.conditions import require_unchanged
from authserver.management.messages.api_clients import (
    WITHHELD,
    ApiClientAnswer,
    ApiClientPage,
    ChangeApiClient,
    CreateApiClient,
    CreatedApiClient,
)
from authserver.management.messages.paging import PageQuery
from authserver.management.paging import page
from authserver.management.route import Reply, Route, Routes
from authserver.management.views.organizations import ONE
from authserver.organizations.permissions import API_CLIENTS
from authserver.web.unit_of_work import all_or_nothing

TAG = "API clients"
ALL = f"{ONE}/api-clients"
CLIENT = f"{ALL}/<uuid:client_id>"


def list_api_clients(call: Call) -> Reply:
    """List API clients by id."""

    def read(after: str, limit: int) -> list[ApiClientRecord]:
        return administration.page(call.by, call.organization_id, after=after, limit=limit)

    shown, following = page(call, read, lambda each: each.id)
    return Reply(ApiClientPage(items=[ApiClientAnswer.of(each) for each in shown], next=following))


def create_api_client(call: Call) -> Reply:
    """Create an API client; its secret is in this answer, and can't be read again."""
    asked = call.wish(CreateApiClient)
    wish = Wish(asked.name, tuple(asked.scopes), frozenset(asked.permissions), asked.secret_expires_at)
    with all_or_nothing():
        client, secret = administration.create(call.by, call.organization_id, wish, call.origin)
    told = ApiClientAnswer.of(client)
    return Reply(
        CreatedApiClient(api_client=told, secret=secret),
        f"{call.path}/{client.id}",
        CreatedApiClient(api_client=told, secret=None, secret_withheld=WITHHELD),
    )


def get_api_client(call: Call) -> Reply:
    """Return an API client."""
    return Reply(_told(call))


def change_api_client(call: Call) -> Reply:
    """Change the name, the scopes or the permissions of an API client."""
    wish = call.wish(ChangeApiClient)
    require_unchanged(call, lambda: _told(call))
    changed = administration.change(
        call.by,
        call.organization_id,
        call.ids["client_id"],
        call.origin,
        name=wish.name,
        scopes=None if wish.scopes is None else tuple(wish.scopes),
        permissions=None if wish.permissions is None else frozenset(wish.permissions),
    )
    return Reply(ApiClientAnswer.of(changed))


def disable_api_client(call: Call) -> Reply:
    """Disable an API client: it gets no tokens, and those it has count no more here."""
    return _switch(call, disabled=True)


def enable_api_client(call: Call) -> Reply:
    """Enable an API client again."""
    return _switch(call, disabled=False)


def delete_api_client(call: Call) -> Reply:
    """Delete an API client with its secrets; its id never comes back."""
    require_unchanged(call, lambda: _told(call))
    administration.delete(call.by, call.organization_id, call.ids["client_id"], call.origin)
    return Reply()


def _switch(call: Call, *, disabled: bool) -> Reply:
    changed = administration.set_disabled(
        call.by, call.organization_id, call.ids["client_id"], call.origin, disabled=disabled
    )
    return Reply(ApiClientAnswer.of(changed))


def _told(call: Call) -> ApiClientAnswer:
    return ApiClientAnswer.of(administration.get(call.by, call.organization_id, call.ids["client_id"]))


ROUTES: Routes = (
    Route("GET", ALL, API_CLIENTS, list_api_clients, TAG, ApiClientPage, query=PageQuery),
    Route(
        "POST", ALL, API_CLIENTS, create_api_client, TAG, CreatedApiClient, CreateApiClient,
        status=201, creates=True,
    ),
    Route("GET", CLIENT, API_CLIENTS, get_api_client, TAG, ApiClientAnswer, tagged=True),
    Route(
        "PATCH", CLIENT, API_CLIENTS, change_api_client, TAG, ApiClientAnswer, ChangeApiClient,
        conditional=True, tagged=True,
    ),
    Route("POST", f"{CLIENT}/disable", API_CLIENTS, disable_api_client, TAG, ApiClientAnswer, tagged=True),
    Route("POST", f"{CLIENT}/enable", API_CLIENTS, enable_api_client, TAG, ApiClientAnswer, tagged=True),
    Route("DELETE", CLIENT, API_CLIENTS, delete_api_client, TAG, status=204, conditional=True),
)  # fmt: skip
