"""What members with the right do to their organization: rename it, move it to another slug, delete it."""

from authserver.audit.log import Origin
from authserver.organizations import directory
from authserver.organizations.authority import Authority, hold
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import ORGANIZATION


def rename(by: Authority, organization_id: str, name: str, origin: Origin) -> Organization:
    """Give an organization another name; its slug stays. Raises NotFound, Forbidden, Refused."""
    organization, _rights = hold(by, organization_id, ORGANIZATION)
    return directory.rename(organization.id, name, origin)


def set_slug(by: Authority, organization_id: str, slug: str, origin: Origin) -> Organization:
    """Give an organization another slug. Raises NotFound, Forbidden, Refused, Conflict for a taken one."""
    organization, _rights = hold(by, organization_id, ORGANIZATION)
    directory.set_slug(organization, slug, origin)
    return directory.get(organization.id)


def delete(by: Authority, organization_id: str, origin: Origin) -> None:
    """Delete an organization with its API clients and invitations; its people live on.

    Raises NotFound, Forbidden, and what a listener vetoes with.
    """
    organization, _rights = hold(by, organization_id, ORGANIZATION)
    directory.delete(organization, origin)
