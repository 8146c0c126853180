"""What stands in letters to people. The secret of a letter is made here, at each attempt to send it."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask_babel import gettext as _

from authserver.accounts import directory
from authserver.accounts.account import Account
from authserver.accounts.mailed_password import new_mailed_password, normalised
from authserver.accounts.store import accounts, one_time
from authserver.audit.log import SYSTEM
from authserver.base.clock import Clock
from authserver.base.handles import digest, new_handle
from authserver.config import Settings
from authserver.mail.letter import Envelope, Letter
from authserver.mail.rendering import address, rendered

Composer = Callable[[Envelope], Letter | None]


class Letters:
    """Composes by kind. Each function returns None when nobody is to be written to any more."""

    def __init__(self, settings: Settings, now: Clock) -> None:
        """Take what links and lifetimes come from."""
        self._settings = settings
        self._now = now
        self.kinds: dict[str, Composer] = {
            "registration": self._registration,
            "forgotten_password": self._forgotten_password,
            "welcome": self._welcome,
            "password_changed": self._to_account("password_changed"),
            "new_sign_in": self._new_sign_in,
            "email_change": self._email_change,
            "email_change_requested": self._email_change_requested,
            "email_changed": self._email_changed,
            "access_ended": self._access_ended,
            "account_closed": lambda envelope: self._letter("account_closed", envelope),
        }

    def _registration(self, envelope: Envelope) -> Letter | None:
        """Answer somebody who registered: by now it may be known who that is."""
        account = accounts.find_by_email(envelope.recipient)
        if account is None:
            account = directory.begin(envelope.recipient, envelope.language, SYSTEM)
        account = self._addressed(account, envelope)
        if account is None:
            return None
        if account.proven:
            return self._letter("existing_account", envelope, login_url=self._url("/login"))
        return self._with_password(account, envelope)

    def _forgotten_password(self, envelope: Envelope) -> Letter | None:
        account = self._addressed(accounts.find_by_email(envelope.recipient), envelope)
        if account is None:
            return None
        if not account.proven:
            return self._with_password(account, envelope)
        token = new_handle()
        lifetime = self._settings.reset_link_lifetime
        one_time.put(one_time.PASSWORD_RESETS, account.id, digest(token), self._now() + lifetime)
        link = self._url(f"/password/reset/{token}")
        return self._letter("password_reset", envelope, link=link, minutes=lifetime // 60)

    def _welcome(self, envelope: Envelope) -> Letter | None:
        account = self._addressed(accounts.find(envelope.subject_id), envelope)
        return self._with_password(account, envelope) if account and not account.proven else None

    def _addressed(self, found: Account | None, envelope: Envelope) -> Account | None:
        """Return an account as it is now, locked: its letter's secret is written before anybody changes it.

        None when it is disabled, or has another address by now.
        """
        held = accounts.lock(found.id) if found else None
        account = held.account if held else None
        return account if account and not account.disabled and account.email == envelope.recipient else None

    def _with_password(self, account: Account, envelope: Envelope) -> Letter:
        """Make a password that takes the place of the one in the letter before."""
        password = new_mailed_password()
        lifetime = self._settings.mailed_password_lifetime
        one_time.put(
            one_time.MAILED_PASSWORDS, account.id, digest(normalised(password)), self._now() + lifetime
        )
        return self._letter(
            "welcome", envelope, password=password, hours=lifetime // 3600, login_url=self._url("/login")
        )

    def _new_sign_in(self, envelope: Envelope) -> Letter | None:
        source, browser, system = [*envelope.subject_id.split("|"), "", "", ""][:3]
        return self._letter(
            "new_sign_in",
            envelope,
            device=device_name(browser, system),
            source=source,
            at=datetime.fromtimestamp(envelope.created_at, UTC).strftime("%Y-%m-%d %H:%M UTC"),
            sessions_url=self._url("/account/sessions"),
        )

    def _email_change(self, envelope: Envelope) -> Letter | None:
        """Ask the new address; when it has an account already, its owner is told so instead."""
        held = accounts.lock(envelope.subject_id)
        account = held.account if held else None
        if (
            account is None
            or account.disabled
            or one_time.new_email_of(account.id, self._now()) != envelope.recipient
        ):
            return None
        holder = accounts.find_by_email(envelope.recipient)
        if holder and holder.proven:
            return self._letter("existing_account", envelope, login_url=self._url("/login"))
        token = new_handle()
        lifetime = self._settings.email_change_lifetime
        one_time.renew(one_time.EMAIL_CHANGES, account.id, digest(token), self._now() + lifetime)
        link = self._url(f"/account/email/{token}")
        return self._letter(
            "email_change",
            envelope,
            link=link,
            minutes=lifetime // 60,
            new_email=envelope.recipient,
            old_email=account.email,
        )

    def _email_change_requested(self, envelope: Envelope) -> Letter | None:
        new_email = one_time.new_email_of(envelope.subject_id, self._now())
        if new_email is None:
            return None
        return self._letter("email_change_requested", envelope, new_email=new_email)

    def _email_changed(self, envelope: Envelope) -> Letter | None:
        return self._letter("email_changed", envelope, new_email=envelope.subject_id)

    def _access_ended(self, envelope: Envelope) -> Letter | None:
        return self._letter(
            "access_ended",
            envelope,
            application=envelope.subject_id,
            applications_url=self._url("/account/applications"),
        )

    def _to_account(self, template: str) -> Composer:
        return lambda envelope: self._letter(template, envelope)

    def _letter(self, template: str, envelope: Envelope, **facts: object) -> Letter:
        return rendered(self._settings, template, envelope, **facts)

    def _url(self, path: str) -> str:
        return address(self._settings, path)


def device_name(browser: str | None, system: str | None) -> str:
    """Return what people call a browser: "Firefox on Windows"."""
    if browser and system:
        return str(_("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(_("Unknown browser"))
