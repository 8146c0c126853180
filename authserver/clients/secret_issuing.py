"""Issuing, listing and revoking secrets, of API clients and of API resources."""

from flask_babel import gettext as _

from authserver.audit.log import Origin, record
from authserver.base.clock import LATEST, now
from authserver.base.errors import Conflict, Full, NotFound, Refused
from authserver.base.handles import new_id
from authserver.clients.secret_record import SecretRecord
from authserver.clients.secrets import digest, new_secret
from authserver.clients.store import secrets as store
from authserver.organizations.organization import checked_name

MOST_SECRETS = 10
"""Secrets that may overlap; rotation needs two."""

DECLARED = "declared"
"""Label of secrets that a declaration gave."""


def issue(
    rows: store.Rows,
    owner: str,
    label: str,
    expires_at: int | None,
    origin: Origin,
    organization: str | None = None,
    secret_id: str | None = None,
) -> tuple[SecretRecord, str]:
    """Make a secret for an owner; return its record and the secret, which can't be read again.

    Whoever must not make two by asking twice names its id beforehand. Raises Refused when it would be expired
    already or the owner has too many, Conflict for an id that is there.
    """
    check_expiry(expires_at)
    present = store.of(rows, owner)
    if any(each.id == secret_id for each in present):
        raise Conflict(f"There is a secret {secret_id} already.")
    if len(present) >= MOST_SECRETS:
        raise Full(_("There are %(count)s secrets already; revoke one first.", count=MOST_SECRETS))
    secret = new_secret()
    made = SecretRecord(
        secret_id or new_id(), checked_name(label), now(), expires_at, created_by=origin.actor
    )
    store.add(rows, owner, made, digest(secret))
    record(origin, "secret.created", target=made.id, organization=organization, owner=owner, label=made.label)
    return made, secret


def check_expiry(expires_at: int | None) -> None:
    """Refuse a time (Unix seconds) that is over, or too far away to be shown. Raises Refused."""
    if expires_at is not None and expires_at <= now():
        raise Refused("A secret must expire in the future.")
    if expires_at is not None and expires_at > LATEST:
        raise Refused("A secret must expire by the year 9999, or never.")


def declare(
    rows: store.Rows, owner: str, secret_digest: bytes, origin: Origin, organization: str | None = None
) -> bool:
    """Let the secret of a declaration be one of an owner's; return whether that changed anything.

    Secrets of declarations before are revoked, others stay.
    """
    if store.has(rows, owner, secret_digest):
        return False
    for old in store.of(rows, owner):
        if old.label == DECLARED:
            revoke(rows, owner, old.id, origin, organization)
    made = SecretRecord(new_id(), DECLARED, now(), created_by=origin.actor)
    store.add(rows, owner, made, secret_digest)
    record(origin, "secret.declared", target=made.id, organization=organization, owner=owner)
    return True


def revoke(
    rows: store.Rows, owner: str, secret_id: str, origin: Origin, organization: str | None = None
) -> None:
    """Revoke a secret of an owner: refused everywhere within a second. Raises NotFound."""
    if not store.remove(rows, owner, secret_id):
        raise NotFound(f"{owner} has no secret {secret_id}.")
    record(origin, "secret.revoked", target=secret_id, organization=organization, owner=owner)
