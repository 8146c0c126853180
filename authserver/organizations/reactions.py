"""What the life of accounts means for organizations, on one page."""

from authserver.accounts import signals
from authserver.accounts.signals import AccountEvent
from authserver.organizations import founding, membership


def connect() -> None:
    """Listen to accounts."""
    signals.first_signed_in.connect(_begin)
    signals.closing.connect(_leave)


def _begin(event: AccountEvent) -> None:
    founding.found_for(event.account, event.origin)


def _leave(event: AccountEvent) -> None:
    membership.leave_all(event.account, event.origin)
