"""The API resource of this server itself: the management API, with its audience and its scope.

Operators can't change or delete it. Organizations may give its scope to their API clients: what such a client
may do is decided by the permissions that it holds, and nobody gives it one that they don't hold.
"""

from authserver.audit.log import Origin, record
from authserver.base.clock import now
from authserver.base.errors import Conflict, Refused
from authserver.clients.resource import OWN, Resource
from authserver.clients.store import resources

MANAGEMENT = OWN
"""The name of the resource, and its one scope."""

LIFETIME = 600
"""Seconds of its access tokens (checklist T13)."""


def audience(issuer: str) -> str:
    """Return what stands in `aud` of tokens for the management API."""
    return f"{issuer}/api"


def ensure(issuer: str, origin: Origin) -> None:
    """Make the resource where it is missing; follow the issuer where that has changed.

    Safe to run at any time, from several places. Raises Conflict when an operator's own resource has its name
    or its audience.
    """
    wanted = Resource(MANAGEMENT, audience(issuer), (MANAGEMENT,), "ES256", "rfc9068", LIFETIME)
    if resources.find(MANAGEMENT) == wanted:
        return
    if resources.add_once(wanted, now()):
        record(origin, "resource.created", target=MANAGEMENT)
        return
    # Read anew: somebody may have made it meanwhile, whole.
    present = resources.find(MANAGEMENT)
    if present and present.scopes != wanted.scopes:
        raise Conflict(f"The API resource {MANAGEMENT} belongs to this server; rename or delete yours first.")
    if present is None or resources.owner_of_audience(wanted.audience) not in (None, MANAGEMENT):
        raise Conflict(f"The audience {wanted.audience} belongs to this server; give your resource another.")
    if present != wanted:
        resources.save(wanted)
        record(origin, "resource.updated", target=MANAGEMENT)


def require_not_own(name: str) -> None:
    """Refuse to change what belongs to this server itself. Raises Refused."""
    if name == MANAGEMENT:
        raise Refused(f"The API resource {MANAGEMENT} belongs to this server itself, and stays as it is.")
