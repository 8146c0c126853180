"""The forms of an organization's pages. What names and slugs may hold, `organizations` says."""

from collections.abc import Callable

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, Form, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # its types are older
from wtforms.validators import InputRequired, ValidationError

from authserver.accounts.forms import PageForm, address_field
from authserver.base.errors import Refused
from authserver.organizations.organization import LONGEST_NAME, checked_name, checked_slug

DAY = 86_400


def _usable(check: Callable[[str], str], fault: str) -> Callable[[Form, Field], None]:
    def validate(_form: Form, field: Field) -> None:
        try:
            check(field.data or "")
        except Refused as refusal:
            raise ValidationError(fault) from refusal

    return validate


def name_field(label: str, **attributes: str) -> StringField:
    """Return a field for a name that people read."""
    fault = _("Give it a name of 1 to 100 visible characters.")
    options = {"autocomplete": "off", "maxlength": LONGEST_NAME, **attributes}
    return StringField(label, [InputRequired(fault), _usable(checked_name, fault)], render_kw=options)


def _slug_field(*, optional: bool) -> StringField:
    fault = _("Use 1 to 63 lower-case letters and digits, with hyphens inside.")
    check = _usable(lambda text: text if optional and not text else checked_slug(text), fault)
    options = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "maxlength": 63}
    return StringField(_("Short name in addresses"), [check], render_kw=options)


def _expiry_field() -> SelectField:
    offered = [
        SelectChoice("30", _("in 30 days")),
        SelectChoice("90", _("in 90 days")),
        SelectChoice("180", _("in 180 days")),
        SelectChoice("365", _("in one year")),
        SelectChoice("never", _("never")),
    ]
    return SelectField(_("Expires"), choices=offered, default="365")


def expires_at(chosen: str, now: int) -> int | None:
    """Return when a secret expires (Unix seconds), None for never."""
    return None if chosen == "never" else now + int(chosen) * DAY


def _several(label: str) -> SelectMultipleField:
    # What may be chosen depends on who chooses; the act itself asks for that.
    return SelectMultipleField(label, choices=[], validate_choice=False)


class FoundForm(PageForm):
    """A further organization."""

    name = name_field(_("Name of the organization"))
    slug = _slug_field(optional=True)


class RenameForm(PageForm):
    """Another name."""

    name = name_field(_("Name of the organization"))


class SlugForm(PageForm):
    """Another place in addresses."""

    slug = _slug_field(optional=False)


class TypedNameForm(PageForm):
    """The name, typed to confirm what can't be undone."""

    confirm = StringField(
        _("Type the name to confirm"), render_kw={"autocomplete": "off", "spellcheck": "false"}
    )


class RightsForm(PageForm):
    """What a member may do."""

    role = StringField(_("Role"))
    permissions = _several(_("Permissions"))


class MemberForm(RightsForm):
    """What somebody who belongs to the organization may do from here on."""

    version = HiddenField()


class LimitForm(PageForm):
    """What an operator allows an organization."""

    everything = BooleanField(_("All permissions, also ones that come later"))
    permissions = _several(_("Permissions"))


class InviteForm(RightsForm):
    """Who is invited, as what."""

    email = address_field(_("Email address"), autocomplete="off")


class ApiClientForm(PageForm):
    """What an API client is and may do."""

    name = name_field(_("Name"))
    scopes = _several(_("Scopes"))
    permissions = _several(_("Permissions"))


class ChangedApiClientForm(ApiClientForm):
    """What an API client is and may do from here on."""

    version = HiddenField()


class NewApiClientForm(ApiClientForm):
    """A new one, with the life of its first secret."""

    expires = _expiry_field()


class SecretForm(PageForm):
    """A further secret."""

    label = name_field(_("Label"))
    expires = _expiry_field()
