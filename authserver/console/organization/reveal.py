"""The page that shows a new secret, once: the answer to the form that made it.

No redirect carries the secret, no cookie holds it, no cache keeps the page, and its address shows nothing.
"""

from flask import Response

from authserver.accounts.services import services
from authserver.clients.api_client import ApiClientRecord
from authserver.clients.resource import Resource, together
from authserver.clients.store import resources
from authserver.console.organization.place import Place, shown

WEBAPI = "webapi"
"""The scope for which there are published SDKs."""


def revealed(place: Place, client: ApiClientRecord, secret: str, *, added: bool = False) -> Response:
    """Return the page: id, secret, and how programs use them.

    Where no single token holds all scopes, programs ask for those of each token by name.
    """
    by_scope = {scope: each for each in resources.everything() for scope in each.scopes}
    tokens = together(client.scopes, by_scope)
    return shown(
        "api_client_secret",
        place,
        client=client,
        secret=secret,
        added=added,
        issuer=services().settings.issuer,
        tokens=tokens,
        sdks=WEBAPI in client.scopes,
        # Asked for no scope, the server gives none of the management API: then one token holds the rest.
        named=WEBAPI if len([each for each in tokens if not by_scope[each[0]].own]) > 1 else "",
        api_url=_address(by_scope.get(WEBAPI)),
    )


def _address(api: Resource | None) -> str:
    """Return where the API of the SDKs lives, if its audience tells."""
    known = api is not None and api.audience.startswith("https://")
    return api.audience if api and known else "https://webapi.example.com"
