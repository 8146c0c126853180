"""Which organization a declaration means by a slug: slugs move, and are taken by others, ids never."""

from authserver.audit.log import Origin
from authserver.base.errors import Conflict, NotFound
from authserver.clients.declaration import DeclaredOrganization
from authserver.clients.store import applied
from authserver.organizations import directory
from authserver.organizations.organization import Organization
from authserver.organizations.store import organizations

KIND = "organization"


def find(slug: str, wanted: DeclaredOrganization) -> Organization | None:
    """Return the organization that a declaration means, wherever it moved; None: it is to be made.

    People give organizations names and slugs themselves. One that has the slug, and that neither an earlier
    declaration made nor this one names by its id, may be anybody's: it must not get what was meant for
    another. Raises NotFound, Conflict.
    """
    if wanted.id:
        named = organizations.find(wanted.id)
        if named is None:
            raise NotFound(f"There is no organization {wanted.id}.")
        return named
    made = _marked(slug)
    present = organizations.find(made) if made else None
    if present is None and (other := organizations.find_by_slug(slug)):
        raise Conflict(
            f"There is an organization {slug} that no declaration made. When it is the one you mean, name "
            f'its id in [organizations.{slug}]: id = "{other.id}"'
        )
    return present


def create(slug: str, wanted: DeclaredOrganization, origin: Origin) -> Organization:
    """Make a declared organization and remember which it is. Raises Refused, Conflict."""
    made = directory.create(wanted.name, slug, origin)
    before = _marked(slug)
    if before:
        applied.unmark(KIND, f"{slug}:{before}")
    applied.mark(KIND, f"{slug}:{made.id}")
    return made


def _marked(slug: str) -> str | None:
    keys = (key.partition(":") for key in applied.marked(KIND))
    return next((its_id for named, _colon, its_id in keys if named == slug), None)
