"""Languages of pages and letters, and times as people read them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask, g, has_request_context, request
from flask_babel import format_datetime, format_timedelta
from flask_babel import gettext as _
from markupsafe import Markup

from authserver.base.clock import now
from authserver.extensions import babel
from authserver.web import continuation

LANGUAGES = ("en", "de")
"""The first one is what everybody gets who reads none of them; each other one has a catalogue."""

TRANSLATIONS = Path(__file__).resolve().parent / "translations"

LONGEST_WISH = 200
"""Characters of `ui_locales` that are looked at."""


def install(app: Flask) -> None:
    """Give an application its languages, and templates the filters `timestamp` and `ago`."""
    babel.init_app(
        app,
        default_locale=LANGUAGES[0],
        default_timezone="UTC",
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=choose,
    )
    app.add_template_filter(timestamp)
    app.add_template_filter(ago)


def choose() -> str:
    """Return the language of this request: asked for by the application, the person, or the browser."""
    if not has_request_context():
        return LANGUAGES[0]
    # OpenID Connect Core section 3.1.2.1: tags separated by spaces, the best one first.
    wished = request.args.get("ui_locales", "") or continuation.languages()
    tags = [*wished[:LONGEST_WISH].split(), g.get("person_locale") or ""]
    for tag in tags:
        language = tag.replace("_", "-").partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def timestamp(seconds: int) -> Markup:
    """Return a moment (Unix seconds) as `<time>`: readable, with the exact UTC behind it."""
    moment = datetime.fromtimestamp(seconds, UTC)
    # A pattern of the CLDR: in German the day has a dot.
    text = format_datetime(moment, _("d MMM y, HH:mm"))
    return _time(moment, f"{text} UTC", local=True)


def ago(seconds: int) -> Markup:
    """Return a moment (Unix seconds) as `<time>`: how long ago it is, with the exact UTC behind it."""
    passed = timedelta(seconds=max(0, now() - seconds))
    text = _("just now") if passed < timedelta(minutes=1) else format_timedelta(-passed, add_direction=True)
    return _time(datetime.fromtimestamp(seconds, UTC), text, local=False)


def _time(moment: datetime, text: str, *, local: bool) -> Markup:
    # Times marked as local are shown by a script in the time zone of whoever reads.
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(
        moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        moment.strftime("%Y-%m-%d %H:%M:%S UTC"),
        Markup(" data-local") if local else "",
        text,
    )
