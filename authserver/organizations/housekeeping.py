"""Deleting what is over: invitations that ended long ago."""

from authserver.organizations.store import invitations

KEPT = 30 * 86_400
"""Seconds for which an expired invitation stays in the list, so that it can be sent again."""


def delete_expired(now: int, limit: int) -> int:
    """Delete some invitations whose time is over; return how many."""
    return invitations.delete_expired(now - KEPT, limit)
