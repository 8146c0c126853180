"""What others may care about in the life of an account. Listeners run in the same transaction."""

from dataclasses import dataclass

from authserver.accounts.account import Account
from authserver.audit.event import Origin
from authserver.base.signals import Signal


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """Something happened to an account, by somebody's act."""

    account: Account
    origin: Origin


@dataclass(frozen=True, slots=True)
class SessionsEnded:
    """Sessions of an account ended; their ids are the `sid` of logout tokens."""

    account_id: str
    session_ids: tuple[str, ...]
    origin: Origin


first_signed_in: Signal[AccountEvent] = Signal()
"""The person chose a password: the address is proven."""

password_changed: Signal[AccountEvent] = Signal()
disabled: Signal[AccountEvent] = Signal()

operator_revoked: Signal[AccountEvent] = Signal()
"""The person has no rights over the whole server any more."""

closing: Signal[AccountEvent] = Signal()
"""The account is about to be deleted; a listener may veto, and removes what belongs to it."""

sessions_ended: Signal[SessionsEnded] = Signal()
