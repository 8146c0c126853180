"""What the life of accounts means for organizations, on one page."""

from authserver.accounts import signals
from authserver.accounts.signals import AccountEvent
from authserver.organizations import founding, membership, voiding


def connect() -> None:
    """Listen to accounts."""
    signals.first_signed_in.connect(_begin)
    signals.closing.connect(_leave)
    signals.disabled.connect(_void)
    signals.operator_revoked.connect(_void)


def _begin(event: AccountEvent) -> None:
    founding.found_for(event.account, event.origin)


def _leave(event: AccountEvent) -> None:
    membership.leave_all(event.account, event.origin)


def _void(event: AccountEvent) -> None:
    voiding.void_of_person(event.account.id, voiding.by_the_server(event.origin))
