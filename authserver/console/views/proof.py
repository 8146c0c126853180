"""The password once more, before what must not be done by whoever finds an open browser (ASVS 7.5.1)."""

from flask_babel import gettext as _

from authserver.accounts import sign_in
from authserver.accounts.account import Account
from authserver.accounts.services import services
from authserver.accounts.sign_in import Throttled
from authserver.accounts.views import visitor
from authserver.audit.log import record
from authserver.web.site import unit


def fault(account: Account, password: str) -> str | None:
    """Return what is wrong with a password that was given once more, None when it is right.

    Counted like a sign-in, so that this is no way around its limits. Opens units of work of its own, none
    while it hashes.
    """
    with unit():
        knocked = sign_in.knock(services(), account.email, visitor.browser(), visitor.origin(account))
    try:
        right = knocked.opens(services(), password)
    except Throttled:
        return str(_("Too many attempts. Try again later."))
    with unit():
        if right:
            sign_in.forgive(services(), knocked)
        else:
            origin = visitor.origin(account)
            record(origin, "password.refused", target=account.id, result="refused")
    return None if right else _("This is not your current password.")
