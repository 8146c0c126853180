"""Building what accounts, letters and their pages need, from the settings."""

from flask import Flask

from authserver.accounts import services as account_services
from authserver.accounts.hashing import HashPool
from authserver.accounts.letters import Letters
from authserver.accounts.passwords import Passwords
from authserver.accounts.services import Services
from authserver.base.clock import now
from authserver.clients import reactions as clients
from authserver.clients.letters import Letters as ClientLetters
from authserver.config import ConfigurationError, Settings
from authserver.mail.delivery import Delivery
from authserver.mail.letter import Envelope, Letter
from authserver.mail.transport import Transport, transport_for
from authserver.organizations import reactions as organizations
from authserver.organizations.letters import Letters as OrganizationLetters
from authserver.organizations.store import memberships
from authserver.throttle.guesses import Guesses
from authserver.throttle.mail_limits import MailLimits
from authserver.throttle.refusals import Refusals

HASHES_AT_ONCE = 1
"""Of a worker: there is one worker per core, and more hashes at once than cores make each of them slower."""


def install(app: Flask, settings: Settings) -> None:
    """Give an application its services for people, and connect the rooms that react to one another."""
    redis = settings.redis_url.get_secret_value() if settings.redis_url else None
    passwords = Passwords(
        settings.password_memory,
        settings.password_passes,
        settings.password_lanes,
        HashPool(HASHES_AT_ONCE, settings.sign_ins_at_once),
    )
    made = Services(
        settings=settings,
        passwords=passwords,
        guesses=Guesses(
            redis,
            settings.guesses_per_account,
            settings.guesses_per_source,
            settings.guesses_in_all,
            counting=settings.limits,
        ),
        mail_limits=MailLimits(
            redis,
            settings.mails_per_address_per_hour,
            settings.mails_per_source_per_hour,
            settings.mails_per_hour,
            counting=settings.limits,
        ),
        refusals=Refusals(redis, counting=settings.limits),
        now=now,
        organization_names=_organization_names,
    )
    account_services.bind(app, made)
    organizations.connect()
    clients.connect()


def delivery(app: Flask, settings: Settings, transport: Transport | None = None) -> Delivery:
    """Return the delivery of letters of an application, by the settings' transport or by another one."""
    kinds = Letters(settings, now).kinds
    kinds |= OrganizationLetters(settings, now).kinds | ClientLetters(settings, now).kinds

    def compose(envelope: Envelope) -> Letter | None:
        # A version before may have left a kind that this one does not know: nobody waits for it any more.
        composer = kinds.get(envelope.kind)
        return composer(envelope) if composer else None

    try:
        return Delivery(app, compose, transport or transport_for(settings, app))
    except ValueError as error:
        raise ConfigurationError(f"AUTHSERVER_MAIL_URL: {error}") from None


def _organization_names(account_id: str) -> list[str]:
    return [membership.organization.name for membership in memberships.of_account(account_id)]
