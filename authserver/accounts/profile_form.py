"""The form of the profile: the standard claims an account may hold (OpenID Connect Core section 5.1)."""

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import Length

from authserver.accounts.forms import PageForm

LONGEST_TEXT = 200
LONGEST_ADDRESS_LINE = 500


def _tidy(value: str | None) -> str | None:
    return value.strip() if value else None


def _text(
    label: str, *, autocomplete: str = "off", most: int = LONGEST_TEXT, **attributes: str
) -> StringField:
    return StringField(
        label,
        [Length(max=most, message=_("At most %(max)d characters."))],
        filters=[_tidy],
        render_kw={"autocomplete": autocomplete, "maxlength": most, **attributes},
    )


class ProfileForm(PageForm):
    """What products may learn about a person; all of it may stay empty."""

    name = _text(_("Full name"), autocomplete="name")
    given_name = _text(_("Given name"), autocomplete="given-name")
    middle_name = _text(_("Middle name"), autocomplete="additional-name")
    family_name = _text(_("Family name"), autocomplete="family-name")
    nickname = _text(_("Nickname"), autocomplete="nickname")
    preferred_username = _text(_("Preferred user name"), autocomplete="off")
    profile = _text(_("Profile page"), autocomplete="url", type="url")
    picture = _text(_("Picture (address)"), autocomplete="photo", type="url")
    website = _text(_("Website"), autocomplete="url", type="url")
    gender = _text(_("Gender"), autocomplete="sex")
    birthdate = _text(_("Date of birth"), autocomplete="bday", placeholder="1990-12-31")
    zoneinfo = _text(_("Time zone"), placeholder="Europe/Berlin")
    locale = _text(_("Language"), autocomplete="language", placeholder="en-GB")
    phone_number = _text(_("Phone number"), autocomplete="tel", type="tel", placeholder="+49 30 1234567")
    street_address = _text(_("Street address"), autocomplete="street-address", most=LONGEST_ADDRESS_LINE)
    locality = _text(_("City"), autocomplete="address-level2")
    region = _text(_("State or region"), autocomplete="address-level1")
    postal_code = _text(_("Postal code"), autocomplete="postal-code")
    country = _text(_("Country"), autocomplete="country-name")
