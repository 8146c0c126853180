"""Claims about the organization that a person acts for."""

from collections.abc import Iterable
from typing import Any

from authserver.oidc.messages.organization import Place
from authserver.oidc.tokens.person_claims import OF_SCOPE
from authserver.oidc.vocabulary import ORGANIZATION

CLAIMS = frozenset(OF_SCOPE[ORGANIZATION])


def about(place: Place | None) -> dict[str, Any]:
    """Return the claims of an ID token and of userinfo about the active organization; none without one."""
    if place is None:
        return {}
    return {
        "org_id": place.id,
        "org_name": place.name,
        "org_role": place.role,
        "permissions": list(place.permissions),
    }


def listed(places: Iterable[Place]) -> dict[str, Any]:
    """Return the claim about all organizations of a person: for userinfo alone, so that tokens stay small."""
    return {"organizations": [{"id": each.id, "name": each.name, "role": each.role} for each in places]}
