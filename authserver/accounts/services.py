"""What the acts on accounts need beside the stores; made once per application by `provider`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from authserver.accounts.passwords import Passwords
from authserver.base.clock import Clock
from authserver.config import Settings
from authserver.throttle.guesses import Guesses
from authserver.throttle.mail_limits import MailLimits
from authserver.throttle.refusals import Refusals

EXTENSION = "accounts"


@dataclass(frozen=True, slots=True)
class Services:
    """Settings, hashing, counters and the clock."""

    settings: Settings
    passwords: Passwords
    guesses: Guesses
    mail_limits: MailLimits
    refusals: Refusals
    now: Clock
    organization_names: Callable[[str], list[str]]
    """The names of a person's organizations: words that a password must not consist of."""


def bind(app: Flask, made: Services) -> None:
    """Give an application its services."""
    app.extensions[EXTENSION] = made


def services() -> Services:
    """Return the services of the application that handles the request."""
    return cast("Services", current_app.extensions[EXTENSION])
