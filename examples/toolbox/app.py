"""Toolbox as a Flask application: its parts, and what holds for every request."""

import hmac
import logging
import secrets
from urllib.parse import urlsplit

import requests
from flask import Flask, flash, g, redirect, render_template, request, session, url_for
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.wrappers import Response

from examples.toolbox import api_client_views, people_views, platform_views, signing_in
from examples.toolbox.keys import NotNowError
from examples.toolbox.management import API_CLIENTS, MEMBERS, ChangedError, RefusedError
from examples.toolbox.platforms import Platforms
from examples.toolbox.provider import NotOursError, Provider
from examples.toolbox.sealing import Seal
from examples.toolbox.settings import Settings
from examples.toolbox.sign_ins import Kept, SignIns
from examples.toolbox.visit import (
    ACTING_FOR,
    KEY,
    ForbiddenError,
    MovedError,
    Services,
    SignedOutError,
    person,
)

log = logging.getLogger(__name__)

BACKCHANNEL = "signing_in.backchannel_logout"
"""The one address that programs call: a signature stands for them, not a cookie and its CSRF token."""

TABS = (
    ("platforms.index", "Platforms", None),
    ("members.index", "Members", MEMBERS),
    ("invitations.index", "Invitations", MEMBERS),
    ("api_clients.index", "API clients", API_CLIENTS),
)
"""Pages, and the permission without which a page is not offered."""


def create_app(settings: Settings) -> Flask:
    """Return the application."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.cookie_key,
        SESSION_COOKIE_NAME=settings.cookie,
        SESSION_COOKIE_HTTPONLY=True,
        # Lax: the cookie comes along when the provider sends the person back, and with no form of others.
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.origin.startswith("https:"),
        MAX_CONTENT_LENGTH=65_536,
    )
    sign_ins = SignIns(settings.sign_ins_db, Seal(settings.cookie_key))
    provider = Provider(app, settings, Kept(settings.sign_ins_db))
    app.extensions["toolbox"] = Services(settings, provider, sign_ins, Platforms(settings.platforms_db))
    _add_pages(app)
    _add_guards(app, settings)
    _add_refusals(app)
    app.context_processor(lambda: _for_pages(settings))
    return app


def _add_pages(app: Flask) -> None:
    for part in (
        signing_in.views,
        platform_views.views,
        people_views.members,
        people_views.invitations,
        api_client_views.views,
    ):
        app.register_blueprint(part)


def _for_pages(settings: Settings) -> dict[str, object]:
    return {
        "product": settings,
        "tabs": TABS,
        "csrf_token": _csrf_token,
        "person": person,
        "acting_for": ACTING_FOR,
        "visitor": lambda: g.get("person"),
    }


def _csrf_token() -> str:
    token: str = session.setdefault("csrf", secrets.token_urlsafe(32))
    return token


def _add_guards(app: Flask, settings: Settings) -> None:
    at_home = urlsplit(settings.origin).netloc

    def check() -> Response | None:
        # One origin, as it is registered: cookies of another name of this host would not come back to us.
        if request.host != at_home and request.method == "GET":
            return redirect(settings.origin + request.full_path.rstrip("?"))
        if request.method == "POST" and request.endpoint != BACKCHANNEL:
            sent = request.form.get("csrf_token", "")
            if not hmac.compare_digest(sent.encode(), str(session.get("csrf", "")).encode()) or not sent:
                raise BadRequest("This form is out of date. Please open the page anew.")
        return None

    def protect(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            # Forms lead on to the provider: to sign out, and to move to another organization.
            f"form-action 'self' {settings.issuer}"
        )
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Referrer-Policy"] = "same-origin"
        if request.endpoint != "static":
            answer.headers["Cache-Control"] = "no-store"
        return answer

    app.before_request(check)
    app.after_request(protect)


def _add_refusals(app: Flask) -> None:
    app.register_error_handler(SignedOutError, _signed_out)
    app.register_error_handler(ForbiddenError, _forbidden)
    app.register_error_handler(MovedError, _moved)
    app.register_error_handler(ChangedError, _changed)
    app.register_error_handler(RefusedError, _refused)
    app.register_error_handler(requests.RequestException, _unreachable)
    app.register_error_handler(NotOursError, _unreachable)
    app.register_error_handler(NotNowError, _unreachable)
    app.register_error_handler(HTTPException, _by_http)


def _signed_out(_fault: SignedOutError) -> Response:
    if request.method == "GET":
        return redirect(url_for("signing_in.sign_in", next=request.full_path.rstrip("?")))
    flash("You are not signed in any more. Sign in, and send it again.", "bad")
    return redirect(url_for("signing_in.home"), 303)


def _forbidden(fault: ForbiddenError) -> tuple[str, int]:
    text = "You may not do this in this organization. Somebody who administers it can allow it."
    return _error_page("Not allowed", text, str(fault)), 403


def _moved(_fault: MovedError) -> Response:
    flash("You moved to another organization meanwhile, so nothing was changed. Look at it again.", "bad")
    return redirect(url_for(f"{request.blueprint}.index"), 303)


def _changed(_fault: ChangedError) -> Response:
    flash("Somebody else changed this meanwhile, so nothing was changed. Look at it again.", "bad")
    return redirect(url_for(f"{request.blueprint}.index"), 303)


def _refused(fault: RefusedError) -> Response | tuple[str, int]:
    # What was typed into a form stands corrected on its page; what a link asked for has no page.
    if request.method == "POST" and request.blueprint:
        flash(str(fault), "bad")
        return redirect(url_for(f"{request.blueprint}.index"), 303)
    return _error_page("Not possible", str(fault)), fault.status


def _unreachable(fault: Exception) -> tuple[str, int]:
    log.error("the provider: %r", fault)
    text = "The identity server can't answer at this moment."
    if session.get(KEY):
        text += " You are still signed in: try again in a moment."
    # What a form sent, or an answer that is good once, is not asked for twice.
    again = (
        request.full_path.rstrip("?") if request.method == "GET" and not request.args.get("state") else "/"
    )
    return render_template("error.html", title="Please try again", text=text, again=again), 503


def _by_http(fault: HTTPException) -> tuple[str, int]:
    return _error_page(fault.name, fault.description or ""), fault.code or 500


def _error_page(title: str, text: str, code: str = "") -> str:
    return render_template("error.html", title=title, text=text, code=code)
