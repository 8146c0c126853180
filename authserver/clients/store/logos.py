"""The queries and writes of applications' logos."""

from collections.abc import Collection

from sqlalchemy import bindparam, delete, select

from authserver.clients.logo import EXTENSIONS, Logo
from authserver.clients.models import ApplicationLogoRow, ApplicationRow
from authserver.extensions import db, execute

PREFIX = "/application-logos/"
"""Where logos are served; behind it stands the name of one."""

_OF_SOME = select(
    ApplicationLogoRow.application_id, ApplicationLogoRow.digest, ApplicationLogoRow.media_type
).where(ApplicationLogoRow.application_id.in_(bindparam("applications", expanding=True)))


def address_of(application_id: str) -> str | None:
    """Return the path at which the logo of an application is served, None without a logo."""
    return addresses_of([application_id]).get(application_id)


def addresses_of(application_ids: Collection[str]) -> dict[str, str]:
    """Return the paths of logos by the ids of their applications, of those that have one."""
    found = execute(_OF_SOME, applications=list(application_ids))
    return {
        application_id: f"{PREFIX}{digest}.{EXTENSIONS[media_type]}"
        for application_id, digest, media_type in found
    }


def find(digest: str) -> Logo | None:
    """Return a logo by the digest of its content; several applications may have it."""
    found = select(ApplicationLogoRow.media_type, ApplicationLogoRow.content)
    row = db.session.execute(found.where(ApplicationLogoRow.digest == digest).limit(1)).first()
    return Logo(row[0], row[1]) if row else None


def keep(application_id: str, uri: str, logo: Logo, at: int) -> bool:
    """Keep what was found at an address (at a Unix time) as the logo of an application.

    Returns False when the application names another address by now, or is gone.
    """
    # The lock holds off whoever changes the address: the logo of a former one must not stay.
    named = select(ApplicationRow.id).where(
        ApplicationRow.id == application_id, ApplicationRow.logo_uri == uri
    )
    if db.session.scalar(named.with_for_update()) is None:
        return False
    drop(application_id)
    db.session.add(
        ApplicationLogoRow(
            application_id=application_id,
            digest=logo.digest,
            media_type=logo.media_type,
            content=logo.content,
            fetched_at=at,
        )
    )
    db.session.flush()
    return True


def drop(application_id: str) -> None:
    """Forget the logo of an application."""
    db.session.execute(delete(ApplicationLogoRow).where(ApplicationLogoRow.application_id == application_id))
