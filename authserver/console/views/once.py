"""Forms that make something and count once: sending one again, by a reload say, makes nothing more.

The form holds the id that what it makes will have, signed, for this session and this purpose. Whoever makes
it refuses an id that exists.
"""

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from authserver.accounts.views import visitor
from authserver.base.handles import new_id

FIELD = "once"

_SECONDS = 86_400
"""For which a form counts."""


def token(purpose: str) -> str:
    """Return what a new form holds."""
    return str(_serializer().dumps([new_id(), purpose, visitor.person().session.id]))


def id_in(text: str, purpose: str) -> str | None:
    """Return the id in what a form held; None: not ours, for something else, or too old."""
    try:
        made, for_, session = _serializer().loads(text, max_age=_SECONDS)
    except (BadSignature, ValueError):
        return None
    return str(made) if (for_, session) == (purpose, visitor.person().session.id) else None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="forms that count once")
