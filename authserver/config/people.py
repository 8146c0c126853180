"""What the pages for people need to know: letters, sessions, passwords, limits, and how it all looks."""

import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, field_validator

HOUR = 3600
DAY = 86_400

LEAST_PASSWORD_WORK = 35_840
"""KiB times passes of argon2id: the smallest that OWASP's password storage page recommends."""

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
# RFC 5322 section 3.4.1: dot-atom on both sides.
_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_WORD}(?:\.{_WORD})*@{_LABEL}(?:\.{_LABEL})*")


class PeopleSettings(BaseModel):
    """Everything about people that an operator may choose. Durations are seconds."""

    product_name: str = Field(
        "Identity server", min_length=1, max_length=60, description="name on pages and in letters"
    )
    brand_color: str = Field("#1d4ed8", description="colour of buttons and links, as #rrggbb")
    brand_logo: Path | None = Field(None, description="PNG or SVG file shown on pages, at most 64 KiB")
    support_email: str = Field("", description="address on pages and in letters for people who need help")
    mail_sender: str = Field("", description="sender of letters; empty means no-reply@ the issuer's host")
    mail_timeout: int = Field(10, ge=1, le=60, description="seconds to wait for an answer of the mail server")
    mail_delivery: Literal["server", "worker"] = Field(
        "server", description="who sends letters: each server, or `authserver worker` beside them"
    )
    mails_per_address_per_hour: int = Field(3, ge=1, le=1000, description="asked-for letters to one address")
    mails_per_source_per_hour: int = Field(
        30, ge=1, le=100_000, description="asked-for letters from one source"
    )
    mails_per_hour: int = Field(1000, ge=1, le=1_000_000, description="asked-for letters in all")
    mailed_password_lifetime: int = Field(
        72 * HOUR, ge=300, le=72 * HOUR, description="seconds that a mailed password works"
    )
    reset_link_lifetime: int = Field(HOUR, ge=300, le=HOUR, description="seconds that a reset link works")
    email_change_lifetime: int = Field(
        HOUR, ge=300, le=DAY, description="seconds that a link to confirm a new address works"
    )
    invitation_lifetime: int = Field(
        7 * DAY, ge=DAY, le=30 * DAY, description="seconds that the link of an invitation works"
    )
    unproven_account_lifetime: int = Field(
        7 * DAY,
        ge=DAY,
        le=365 * DAY,
        description="seconds until an account that nobody used is deleted",
    )
    session_idle: int = Field(
        HOUR, ge=300, le=30 * DAY, description="seconds without a request until a session ends"
    )
    session_absolute: int = Field(DAY, ge=300, le=30 * DAY, description="seconds until a session ends anyway")
    session_kept: int = Field(
        0,
        ge=0,
        le=30 * DAY,
        description='seconds of a session that was asked to be kept ("keep me signed in"); 0 offers none',
    )
    password_minimum: int = Field(15, ge=8, le=64, description="characters of a password at least")
    password_memory: int = Field(19_456, ge=8, le=1_048_576, description="KiB of memory of one argon2id hash")
    password_passes: int = Field(2, ge=1, le=20, description="passes of argon2id over its memory")
    password_lanes: int = Field(1, ge=1, le=8, description="lanes of argon2id")
    sign_ins_at_once: int = Field(
        8, ge=1, le=64, description="requests with a password that one worker takes at once; 503 beyond"
    )
    guesses_per_account: int = Field(
        10,
        ge=3,
        le=100,
        description="wrong passwords for one account from one network in 15 minutes",
    )
    guesses_per_source: int = Field(
        100,
        ge=3,
        le=100_000,
        description="wrong passwords from one network in 15 minutes",
    )
    guesses_in_all: int = Field(
        100,
        ge=10,
        le=1000,
        description="wrong passwords for one account from strange networks and devices in an hour",
    )

    arrivals_per_minute: int = Field(
        300,
        ge=10,
        le=100_000,
        description="authorization requests of strangers from one network in a minute, in each worker",
    )

    @field_validator("brand_color")
    @classmethod
    def _is_a_color(cls, value: str) -> str:
        if not _COLOR.fullmatch(value):
            raise ValueError("must be a colour such as #1d4ed8")
        return value.lower()

    @field_validator("product_name")
    @classmethod
    def _is_one_line(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("must be one line of printable characters")
        return value

    @field_validator("support_email", "mail_sender")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(value):
            raise ValueError("must be an address such as help@example.com, without a name")
        return value
