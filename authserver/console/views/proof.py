"""The password once more, before what must not be done by whoever finds an open browser (ASVS 7.5.1)."""

from dataclasses import dataclass

from flask import Response
from flask_babel import gettext as _

from authserver.accounts import sign_in
from authserver.accounts.account import Account, Session
from authserver.accounts.services import services
from authserver.accounts.sign_in import Knock, Throttled
from authserver.accounts.views import visitor
from authserver.accounts.views.visitor import Visitor
from authserver.audit.log import record
from authserver.web.site import unit

TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Proof:
    """A password that was given once more, and what is wrong with it (None: it is right)."""

    fault: str | None
    retry_after: int | None
    """Seconds to wait, when there were too many attempts."""
    _knocked: Knock
    _session: Session

    def refuse(self, form: Response) -> Response:
        """Return the form that shows the fault, with the status that fits."""
        if self.retry_after is not None:
            form.status_code = TOO_MANY
            form.headers["Retry-After"] = str(self.retry_after)
        return form

    def holder(self) -> Account | None:
        """Return the account, locked, in the unit of work that acts.

        None when it changed while the password was hashed, or the session ended: nothing may be done then.
        """
        return sign_in.confirmed(services(), self._knocked, self._session)


def given(present: Visitor, password: str) -> Proof:
    """Look at a password that was given once more.

    Counted like a sign-in, so that this is no way around its limits. Opens units of work of its own, none
    while it hashes.
    """
    account = present.account
    origin = visitor.origin(account)
    with unit():
        knocked = sign_in.knock(services(), account.email, password, visitor.browser(), origin)
    try:
        right = knocked.opens(services(), password)
    except Throttled as throttled:
        fault = str(_("Too many attempts. Try again later."))
        return Proof(fault, throttled.retry_after, knocked, present.session)
    with unit():
        if right:
            sign_in.forgive(services(), knocked)
        else:
            record(origin, "password.refused", target=account.id, result="refused")
    return Proof(
        None if right else str(_("This is not your current password.")), None, knocked, present.session
    )
