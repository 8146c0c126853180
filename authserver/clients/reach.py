"""How far a hand reaches over API clients: which scopes somebody may give, and whose secrets they may have.

People hold no scopes: they give those that are offered to organizations. An API client gives what it holds.
What an operator gave beyond the offer, operators alone give once more.
"""

from collections.abc import Collection

from flask_babel import gettext as _

from authserver.base.errors import Forbidden, Refused
from authserver.clients.api_client import ApiClientRecord
from authserver.clients.store import api_clients, resources
from authserver.organizations.authority import Authority
from authserver.organizations.permissions import Rights


def offered_scopes() -> list[str]:
    """Return the scopes that organizations may give to their API clients, by name."""
    return sorted(
        scope for resource in resources.everything() if not resource.internal for scope in resource.scopes
    )


def require_scopes(by: Authority, scopes: Collection[str]) -> None:
    """Refuse to give scopes that are not offered, or that a client does not hold that gives them.

    Raises Refused, Forbidden.
    """
    unoffered = _unoffered(by, scopes)
    if unoffered:
        # The same for a scope that does not exist: what else there is, organizations need not know.
        raise Refused(_("There is no scope %(scope)s for API clients of organizations.", scope=unoffered[0]))
    if not _holds(by, scopes):
        raise Forbidden(_("An API client can't give a scope that it doesn't hold."))


def require_reach(by: Authority, actor: Rights, client: ApiClientRecord) -> None:
    """Refuse the use of a client that holds more than the actor does. Raises Forbidden.

    What was granted counts, also while the operator does not allow it: that may change any time.
    """
    if not actor.administrator and not set(client.permissions) <= actor.permissions:
        raise Forbidden(_("This API client holds permissions that you don't hold."))
    if _unoffered(by, client.scopes):
        raise Forbidden(_("This API client holds scopes that operators alone give."))
    if not _holds(by, client.scopes):
        raise Forbidden(_("This API client holds scopes that you don't hold."))


def _unoffered(by: Authority, scopes: Collection[str]) -> list[str]:
    return [] if by.kind == "operator" else sorted(set(scopes) - set(offered_scopes()))


def _holds(by: Authority, scopes: Collection[str]) -> bool:
    if by.kind != "api_client":
        return True
    actor = api_clients.find(by.id)
    return actor is not None and set(scopes) <= set(actor.scopes)
