"""The profile: the standard claims that an account may hold (OpenID Connect Core section 5.1)."""

import re
import unicodedata
from dataclasses import dataclass, fields, replace
from datetime import date
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from flask_babel import gettext as _

from authserver.base.errors import Refused

_BIRTHDATE = re.compile(r"[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_PHONE = re.compile(r"\+[0-9]{4,15}(?:;ext=[0-9]{1,10})?")
_PUNCTUATION = re.compile(r"[ ().\-/]")
LONGEST_LOCALE = 35


@dataclass(frozen=True, slots=True)
class Profile:
    """What products may learn about a person. Everything may be empty."""

    name: str = ""
    given_name: str = ""
    middle_name: str = ""
    family_name: str = ""
    nickname: str = ""
    preferred_username: str = ""
    profile: str = ""
    picture: str = ""
    website: str = ""
    gender: str = ""
    birthdate: str = ""
    zoneinfo: str = ""
    locale: str = ""
    phone_number: str = ""
    street_address: str = ""
    locality: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    updated_at: int = 0


TEXTS = tuple(field.name for field in fields(Profile) if field.name != "updated_at")


class Unusable(Refused):
    """A claim can't be used; `field` names it."""

    def __init__(self, field: str, text: str) -> None:
        """Take the name of the claim and what to do."""
        super().__init__(text)
        self.field = field


def checked(profile: Profile) -> Profile:
    """Return a profile whose every claim has the form that the specification asks for. Raises Unusable."""
    for name in TEXTS:
        # Categories C*: control, format (also bidirectional overrides), surrogate, private use.
        if any(unicodedata.category(character).startswith("C") for character in getattr(profile, name)):
            raise Unusable(name, _("This holds control or invisible characters."))
    for name in ("profile", "picture", "website"):
        _check_address(name, getattr(profile, name))
    if profile.birthdate:
        _check_birthdate(profile.birthdate)
    if profile.zoneinfo and profile.zoneinfo not in available_timezones():
        raise Unusable("zoneinfo", _("Give a time zone such as Europe/Berlin."))
    if profile.locale and (len(profile.locale) > LONGEST_LOCALE or not _LOCALE.fullmatch(profile.locale)):
        raise Unusable("locale", _("Give a language such as en or de-AT."))
    return replace(profile, phone_number=_phone(profile.phone_number))


def _check_address(name: str, value: str) -> None:
    if not value:
        return
    try:
        parts = urlsplit(value)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        fits = False
    if not fits or " " in value:
        raise Unusable(name, _("Give a whole address that begins with https://."))


def _check_birthdate(value: str) -> None:
    # ISO 8601-1 YYYY-MM-DD, or YYYY alone; the year 0000 says that it is left out.
    try:
        if not _BIRTHDATE.fullmatch(value):
            raise ValueError  # noqa: TRY301 - one text for both faults
        if len(value) > len("YYYY"):
            date.fromisoformat(value.replace("0000-", "2000-", 1) if value.startswith("0000-") else value)
    except ValueError:
        raise Unusable("birthdate", _("Give a date such as 1990-12-31.")) from None


def _phone(value: str) -> str:
    # E.164 is recommended (OpenID Connect Core section 5.1); people type it with spaces and brackets.
    plain = _PUNCTUATION.sub("", value)
    if plain and not _PHONE.fullmatch(plain):
        raise Unusable("phone_number", _("Give a number with its country code, such as +49 30 1234567."))
    return plain
