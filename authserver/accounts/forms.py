"""The forms of the account pages: what may be typed, and what is said when it can't be used."""

from flask import request
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import ImmutableMultiDict
from wtforms import BooleanField, Field, PasswordField, StringField
from wtforms.validators import InputRequired, Length

LONGEST_ADDRESS = 254
"""Characters of a mail address (RFC 5321 section 4.5.3.1.3, less the angle brackets)."""

LONGEST_PASSWORD = 1024
"""Characters of a password that are looked at; more is refused before anything is hashed."""


def _spaces_around(value: str | None) -> str | None:
    """Drop spaces that a paste brought along; other characters are judged as they are."""
    return value.strip(" ") if value else value


def address_field(label: str, *, autocomplete: str = "email") -> StringField:
    """Return a field for a mail address."""
    return StringField(
        label,
        [InputRequired(_("Enter an email address."))],
        filters=[_spaces_around],
        render_kw={
            "type": "email",
            "autocomplete": autocomplete,
            "autocapitalize": "none",
            "spellcheck": "false",
            "maxlength": LONGEST_ADDRESS,
        },
    )


def password_field(label: str, *, autocomplete: str) -> PasswordField:
    """Return a field for a password; it is never sent back to the browser."""
    return PasswordField(
        label,
        [
            InputRequired(_("Enter a password.")),
            Length(max=LONGEST_PASSWORD, message=_("A password has at most %(max)d characters.")),
        ],
        render_kw={"autocomplete": autocomplete, "autocapitalize": "none", "spellcheck": "false"},
    )


def typed(field: Field) -> str:
    """Return what was typed into a field of text."""
    return str(field.data or "")


class PageForm(FlaskForm):  # type: ignore[misc] # Flask-WTF has no types
    """A form that a page posts: its fields are read from a form, never from another kind of body."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc] # the same
        """How fields are read."""

        def wrap_formdata(self, _form: FlaskForm, formdata: object) -> ImmutableMultiDict[str, str] | None:
            """Return the fields that were posted; None when the form is shown for the first time."""
            return request.form if formdata is not None and request.method == "POST" else None


class SignInForm(PageForm):
    """Address and password."""

    username = address_field(_("Email address"), autocomplete="username")
    password = password_field(_("Password"), autocomplete="current-password")
    keep = BooleanField(_("Keep me signed in on this device"))


class AddressForm(PageForm):
    """An address alone: to register, or to ask for a new password."""

    email = address_field(_("Email address"))


class NewPasswordForm(PageForm):
    """A password that the person chooses."""

    new_password = password_field(_("New password"), autocomplete="new-password")


class PasswordChangeForm(PageForm):
    """The password so far and the next one."""

    password = password_field(_("Current password"), autocomplete="current-password")
    new_password = password_field(_("New password"), autocomplete="new-password")


class EmailChangeForm(PageForm):
    """A new address, and the password once more."""

    email = address_field(_("New email address"))
    password = password_field(_("Current password"), autocomplete="current-password")


class CloseForm(PageForm):
    """The address, typed to confirm, and the password once more."""

    email = address_field(_("Type your email address to confirm"))
    password = password_field(_("Current password"), autocomplete="current-password")


class PlainForm(PageForm):
    """A button alone, guarded by its CSRF token."""
