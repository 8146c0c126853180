"""`/assets/<name>`: stylesheet, scripts and images of the pages, kept by browsers until they change."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from flask import Blueprint, Response, abort, request

from authserver.config import Settings
from authserver.web.branding import read_logo

STATIC = Path(__file__).resolve().parent / "static"

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

LOGO = "logo"
ICON = "mark.svg"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

# An image that somebody opens by its address may style itself, and can't run, load or frame anything.
_IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served, with the digest that names its version."""

    content: bytes = field(repr=False)
    media_type: str
    version: str


class Assets:
    """All files of the pages, read once: they are few, small, and stay the same while the server runs."""

    def __init__(self, settings: Settings) -> None:
        """Read them. Raises ConfigurationError when the operator's logo can't be used."""
        self._files = {
            path.name: _asset(path.read_bytes(), _TYPES[path.suffix])
            for path in STATIC.iterdir()
            if path.suffix in _TYPES
        }
        logo = read_logo(settings.brand_logo)
        if logo:
            self._files[LOGO] = _asset(logo.content, logo.media_type)

    def find(self, name: str) -> Asset | None:
        """Return a file by its name, None when there is none."""
        return self._files.get(name)

    def url(self, name: str) -> str:
        """Return the address of a file, which changes with its content. Raises KeyError for another."""
        return f"/assets/{name}?v={self._files[name].version}"


def assets_blueprint(settings: Settings) -> Blueprint:
    """Return the views of the pages' files. Raises ConfigurationError when the logo can't be used."""
    assets = Assets(settings)
    views = Blueprint("assets", __name__)

    def file(name: str) -> Response:
        found = assets.find(name)
        if found is None:
            abort(404)
        return _answer(found)

    def icon() -> Response:
        return file(LOGO if assets.find(LOGO) else ICON)

    views.add_url_rule("/assets/<name>", view_func=file, methods=["GET"])
    views.add_url_rule("/favicon.ico", view_func=icon, methods=["GET"])
    return views


def _answer(asset: Asset) -> Response:
    answer = Response(asset.content, content_type=asset.media_type)
    answer.headers["Cache-Control"] = FOR_EVER if request.args.get("v") == asset.version else ASK_AGAIN
    if asset.media_type.startswith("image/"):
        answer.headers["Content-Security-Policy"] = _IMAGE_POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.set_etag(asset.version)
    answer.make_conditional(request)
    return answer


def _asset(content: bytes, media_type: str) -> Asset:
    return Asset(content, media_type, hashlib.sha256(content).hexdigest()[:20])
