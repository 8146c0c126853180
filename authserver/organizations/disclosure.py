"""What the people of an organization are told of its trail: not who, nor where, those are who are not theirs.

Operators read the trail itself.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from authserver.accounts.store import accounts
from authserver.audit.event import AuditEvent, Entry
from authserver.organizations.store import memberships

OPERATOR = "operator"
"""Stands for whoever acted with rights over the whole server."""

STRANGER = "stranger"
"""Stands for whoever never belonged to the organization."""

_OF_OPERATORS = frozenset({"organization.disabled", "organization.enabled", "organization.limited"})
_OF_STRANGERS = frozenset({"invitation.refused"})


def disclosed(organization_id: str, entries: Sequence[Entry]) -> list[Entry]:
    """Return events of an organization as its people may read them; whom they name is asked at once for all.

    Who left is still named by the id of the account, as they were when they acted.
    """
    ids = {each.event.actor.partition(":")[2] for each in entries}
    present = memberships.among(organization_id, ids)
    operators = accounts.operators_among(ids - present)
    return [replace(each, event=_masked(each.event, present, operators)) for each in entries]


def _masked(event: AuditEvent, present: Collection[str], operators: Collection[str]) -> AuditEvent:
    details = {
        name: OPERATOR if value.partition(":")[0] == OPERATOR else value
        for name, value in event.details.items()
    }
    mask = _mask(event, present, operators)
    if mask is None:
        return replace(event, details=details)
    return replace(event, actor=mask, source="", details=details)


def _mask(event: AuditEvent, present: Collection[str], operators: Collection[str]) -> str | None:
    """Return what stands for an actor who is not to be known, None for one who is."""
    kind, _colon, actor_id = event.actor.partition(":")
    # Whoever was an operator when they acted stays one in what is told of it.
    by_operator = event.action in _OF_OPERATORS or event.details.get("by") == OPERATOR
    if kind == "cli" or (kind == "account" and (by_operator or actor_id in operators)):
        return OPERATOR
    if kind == "account" and event.action in _OF_STRANGERS and actor_id not in present:
        return STRANGER
    return None
