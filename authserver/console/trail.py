"""The audit trail as people read it: what happened in words, and who did it by name."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from authserver.accounts.address import canonical
from authserver.accounts.store import accounts
from authserver.audit.event import Entry
from authserver.base.errors import Refused
from authserver.clients.store import api_clients
from authserver.organizations.disclosure import OPERATOR, STRANGER, disclosed
from authserver.organizations.store import memberships

NOBODY = "account:nobody"
"""An actor without events."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event."""

    at: int
    words: str
    """What happened; the name of the action where there are no words for it."""
    action: str
    actor: str
    target: str
    source: str
    refused: bool
    details: str


def told(entries: Sequence[Entry]) -> list[Told]:
    """Return events in words, for operators; whom they name is read at once for all."""
    ids = _ids(entries)
    return _told(entries, api_clients.names(ids) | accounts.addresses(ids))


def told_to(organization_id: str, entries: Sequence[Entry]) -> list[Told]:
    """Return events of an organization in words, for its people: who belongs to it is named, nobody else."""
    ids = _ids(entries)
    members = accounts.addresses(memberships.among(organization_id, ids))
    return _told(disclosed(organization_id, entries), api_clients.names(ids) | members, _("A former member"))


def _told(entries: Sequence[Entry], names: dict[str, str], unnamed: str = "") -> list[Told]:
    words = _words()
    return [
        Told(
            each.event.at,
            words.get(each.event.action, each.event.action),
            each.event.action,
            _whom(each.event.actor, names, unnamed),
            _what(each, names, unnamed),
            each.event.source,
            each.event.result != "ok",
            ", ".join(f"{name}: {value}" for name, value in sorted(each.event.details.items()) if value),
        )
        for each in entries
    ]


def actor_of(address: str, organization_id: str | None = None) -> str:
    """Return the actor with an address, for a filter; who has no account did nothing.

    To the people of an organization nobody has an address who does not belong to it (any more).
    """
    if not address:
        return ""
    try:
        account = accounts.find_by_email(canonical(address))
    except Refused:
        return NOBODY
    if account is None or (organization_id and not memberships.among(organization_id, [account.id])):
        return NOBODY
    return f"account:{account.id}"


def _ids(entries: Sequence[Entry]) -> set[str]:
    return {each.event.actor.partition(":")[2] for each in entries} | {each.event.target for each in entries}


def _whom(actor: str, names: dict[str, str], unnamed: str) -> str:
    kind, _colon, name = actor.partition(":")
    standing_for = {
        "cli": _("An operator at the terminal"),
        "system": _("The server"),
        "anonymous": _("A stranger"),
        STRANGER: _("A stranger"),
        OPERATOR: _("An operator"),
    }
    if kind in standing_for:
        return str(standing_for[kind])
    return names.get(name) or (unnamed if kind == "account" and unnamed else actor)


def _what(entry: Entry, names: dict[str, str], unnamed: str) -> str:
    """Return what an event is about, by the best name there is; empty where that goes without saying."""
    event = entry.event
    if event.target == event.organization_id:
        return ""
    if event.action.startswith("member.") and unnamed and event.target not in names:
        return unnamed
    # What is gone, and secrets, are named in the event itself.
    return names.get(event.target) or event.details.get("name") or event.details.get("label") or event.target


def _words() -> dict[str, str]:
    return {
        "organization.created": _("Organization created"),
        "organization.renamed": _("Organization renamed"),
        "organization.moved": _("Short name changed"),
        "organization.limited": _("Permissions limited by the operator"),
        "organization.disabled": _("Organization disabled by the operator"),
        "organization.enabled": _("Organization enabled by the operator"),
        "organization.deleted": _("Organization deleted"),
        "access.refused": _("Tried what was not allowed"),
        "member.joined": _("Member joined"),
        "member.changed": _("Rights of a member changed"),
        "member.removed": _("Member removed"),
        "member.left": _("Member left"),
        "invitation.created": _("Invitation sent"),
        "invitation.resent": _("Invitation sent again"),
        "invitation.revoked": _("Invitation revoked"),
        "invitation.accepted": _("Invitation accepted"),
        "invitation.refused": _("Invitation opened by somebody else"),
        "invitation.voided": _("Invitation void, because its sender lost the right"),
        "invitation.limited": _("Too many invitations"),
        "api_client.created": _("API client created"),
        "api_client.updated": _("API client changed"),
        "api_client.disabled": _("API client disabled"),
        "api_client.enabled": _("API client enabled"),
        "api_client.deleted": _("API client deleted"),
        "api_client.quota_spent": _("All tokens of an hour taken"),
        "secret.created": _("Secret created"),
        "secret.declared": _("Secret declared"),
        "secret.revoked": _("Secret revoked"),
    }
