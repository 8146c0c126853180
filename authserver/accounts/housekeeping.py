"""Deleting what is over: sessions, links, devices that nobody uses, accounts that nobody ever used."""

from authserver.accounts.store import accounts, devices, one_time, sessions
from authserver.audit.log import SYSTEM, record
from authserver.config import Settings

DEVICE_REMEMBERED = 365 * 86_400
"""Seconds for which a device stays known without a sign-in."""


def delete_expired(settings: Settings, now: int, limit: int) -> int:
    """Delete some rows of each kind whose time is over; return the most that one kind had."""
    return max(
        sessions.delete_expired(now, limit),
        one_time.delete_expired(now, limit),
        devices.delete_unused(now - DEVICE_REMEMBERED, limit),
        _purge(settings, now, limit),
    )


def _purge(settings: Settings, now: int, limit: int) -> int:
    purged = accounts.delete_unproven(now - settings.unproven_account_lifetime, now, limit)
    for account_id in purged:
        record(SYSTEM, "account.purged", target=account_id)
    return len(purged)
