"""Pages for people: rendering them, with the headers that every one of them needs."""

from typing import Any

from flask import Flask, Response, g, render_template, request
from flask_babel import get_locale

from authserver.base.handles import new_handle
from authserver.config import Settings
from authserver.web import languages
from authserver.web.assets import LOGO, Assets
from authserver.web.branding import brand_of


def install(app: Flask, settings: Settings) -> None:
    """Tell templates what all of them may show. Raises ConfigurationError when the logo can't be used."""
    languages.install(app)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    assets = Assets(settings)
    brand = brand_of(settings, assets.url(LOGO) if assets.find(LOGO) else None)
    # Its page exists in development alone, where it stands in for SMTP.
    mailbox = settings.mode == "development" and bool(
        settings.mail_url and settings.mail_url.get_secret_value().startswith("mailbox:")
    )

    def shared() -> dict[str, object]:
        return {
            "brand": brand,
            "csp_nonce": _nonce(),
            "asset": assets.url,
            "language": str(get_locale() or languages.LANGUAGES[0]),
            "mailbox": mailbox,
        }

    app.context_processor(shared)


def page(template: str, status: int = 200, *, form_action: str = "", **context: Any) -> Response:
    """Return a template as a page that nobody keeps and that runs nothing but our own scripts.

    `form_action` is where else than here its form may lead, redirects included.
    """
    answer = Response(render_template(template, **context), status, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = _policy(_nonce(), form_action)
    answer.vary.update(("Cookie", "Accept-Language"))
    return no_store(answer)


def no_store(response: Response) -> Response:
    """Let nobody keep an answer (ASVS 14.3.2)."""
    response.headers["Cache-Control"] = "no-store"
    return response


def error_page(
    status: int, title: str, text: str, request_id: str, *, code: str = "", detail: str = ""
) -> Response:
    """Return a page that says what happened, and the id to ask about; `code` is the protocol's error."""
    facts = {"title": title, "text": text, "request_id": request_id, "code": code, "detail": detail}
    return page("error.html", status, **facts)


def wants_page() -> bool:
    """Return whether who asks prefers a page to data: browsers do, programs take anything."""
    accepted = request.accept_mimetypes
    return accepted.quality("text/html") > accepted.quality("application/problem+json")


def _nonce() -> str:
    """Return what marks this request's own scripts and styles."""
    if "csp_nonce" not in g:
        g.csp_nonce = new_handle()
    return str(g.csp_nonce)


def _policy(nonce: str, form_action: str) -> str:
    """Return the content security policy of a page (ASVS 3.4.3)."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            f"style-src 'nonce-{nonce}'",
            "img-src 'self' data:",
            "connect-src 'self'",
            f"form-action 'self' {form_action}".rstrip(),
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "object-src 'none'",
        )
    )
