"""Writing a letter from its two templates, as text and as HTML, in the language of its reader."""

from flask import render_template
from flask_babel import force_locale

from authserver.config import Settings
from authserver.mail.letter import Envelope, Letter


def rendered(settings: Settings, template: str, envelope: Envelope, **facts: object) -> Letter:
    """Return the letter of a template; the first line of its text is the subject."""
    context = facts | {
        "issuer": settings.issuer,
        "email": envelope.recipient,
        "support_email": settings.support_email,
        "forgot_url": address(settings, "/password/forgot"),
    }
    with force_locale(envelope.language):
        text = render_template(f"mail/{template}.txt", **context)
        html = render_template(f"mail/{template}.html", **context)
    first, _rest, body = text.partition("\n")
    return Letter(" ".join(first.removeprefix("Subject:").split()), body.strip() + "\n", html)


def address(settings: Settings, path: str) -> str:
    """Return where a link in a letter leads."""
    # Links begin with the issuer, whatever a request's headers say (GHSA-2wmj-46rj-qm2w).
    return settings.issuer + path
