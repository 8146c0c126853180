"""`/admin/keys`: the signing keys, and rotating them on time. Emergencies are for the terminal."""

from collections.abc import Mapping

from flask import Blueprint, Response, current_app
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from authserver.audit.log import Origin
from authserver.base.errors import NotFound
from authserver.console import paging
from authserver.console.operator.acts import Act, Kind, add_acts, said
from authserver.console.operator.room import Row, list_page, operators
from authserver.keys.lifecycle import ALGORITHMS
from authserver.keys.rotation import Rotation
from authserver.web.languages import timestamp

PATH = "/admin/keys"
ALL = "all"


def _rotation() -> Rotation:
    rotation: Rotation = current_app.extensions["provider"].rotation
    return rotation


def _rotate(_which: str, by: Origin) -> None:
    _rotation().rotate(by, ALGORITHMS)


_ROTATE: Act[str] = Act(
    _("Rotate the keys"),
    _(
        "Successors are published now, and sign once every verifier has surely fetched them. Nobody notices."
        " If a key leaked, this is too slow: use authserver keys rotate --now."
    ),
    _("Successors are published; they sign later."),
    _rotate,
)


def add_to(views: Blueprint) -> None:
    """Route the list and the act."""
    views.add_url_rule(PATH, view_func=operators(show), methods=["GET"], endpoint="admin_keys")
    add_acts(
        views,
        Kind("admin_keys", PATH, _which, lambda _which: gettext("All signing keys"), _acts, has_page=False),
    )


def show() -> Response:
    """List the keys with their states."""
    looks = {"active": "good", "next": "wait"}
    states: dict[str, str] = {
        "next": gettext("next"),
        "active": gettext("signs"),
        "retiring": gettext("retiring"),
        "gone": gettext("gone"),
        "forgotten": gettext("forgotten"),
    }
    rows = [
        Row(
            key.kid,
            "",
            (
                key.algorithm,
                gettext("published") + " " + timestamp(key.published_at),
                gettext("signs since") + " " + timestamp(key.activates_at)
                if state != "next"
                else gettext("signs from") + " " + timestamp(key.activates_at),
            ),
            ((states[state], looks.get(state, "")),),
        )
        for key, state in _rotation().states()
    ]
    return list_page(
        gettext("Signing keys"),
        paging.Listing(rows, paging.Asked("", ""), ""),
        empty=gettext("There is no key; authserver migrate makes the first ones."),
        said=said({"rotate": _ROTATE}),
        more=((f"{PATH}/{ALL}/rotate", gettext("Rotate the keys")),),
    )


def _which(which: str) -> str:
    if which != ALL:
        raise NotFound(f"There are no keys {which}.")
    return which


def _acts(_which: str) -> Mapping[str, Act[str]]:
    return {"rotate": _ROTATE}
