"""The page that shows a new secret, once: the answer to the form that made it.

No redirect carries the secret, no cookie holds it, no cache keeps the page, and its address shows nothing.
"""

from flask import Response

from authserver.accounts.services import services
from authserver.clients.api_client import ApiClientRecord
from authserver.clients.store import resources
from authserver.console.organization.place import Place, shown

WEBAPI = "webapi"
"""The scope for which there are published SDKs."""


def revealed(place: Place, client: ApiClientRecord, secret: str, *, added: bool = False) -> Response:
    """Return the page: id, secret, and how programs use them."""
    return shown(
        "api_client_secret",
        place,
        client=client,
        secret=secret,
        added=added,
        issuer=services().settings.issuer,
        sdks=WEBAPI in client.scopes,
        api_url=_address(),
    )


def _address() -> str:
    """Return where the API of the SDKs lives, if its audience tells."""
    owner = resources.owner_of_scope(WEBAPI)
    resource = resources.find(owner) if owner else None
    known = resource is not None and resource.audience.startswith("https://")
    return resource.audience if resource and known else "https://webapi.example.com"
