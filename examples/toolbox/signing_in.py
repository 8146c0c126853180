"""Pages of signing in and out, moving to another organization, and what the provider tells us behind."""

import logging

import requests
from authlib.integrations.flask_client import OAuthError
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from examples.toolbox import logout_tokens
from examples.toolbox.keys import NotNowError
from examples.toolbox.logout_tokens import ForgedError
from examples.toolbox.onward import Onward, own_page, requests_under_way
from examples.toolbox.provider import NotOursError, StrayError
from examples.toolbox.sign_ins import SessionEndedError, Tokens
from examples.toolbox.visit import KEY, leave, person, services

log = logging.getLogger(__name__)
views = Blueprint("signing_in", __name__)


@views.get("/")
def home() -> Response | str:
    """Show what this is, or the pages of whoever is signed in."""
    if _is_in():
        return redirect(url_for("platforms.index"))
    return render_template("home.html")


@views.get("/sign-in")
def sign_in() -> Response:
    """Send the person to the provider. There they sign in, or are already and come straight back."""
    return services().provider.send_to_sign_in(Onward(own_page(request.args.get("next", ""))))


@views.get("/callback")
def callback() -> Response | tuple[str, int]:
    """Take the answer of the provider: from here on the person is signed in."""
    onward = services().provider.onward()
    try:
        tokens = services().provider.answer()
    except NotOursError as fault:
        log.warning("refused an answer: %r", fault)
        if isinstance(fault, StrayError) and onward and _is_in():
            # Another window was faster, and its cookie knows nothing of this one: a page is all this was for.
            return redirect(onward.page or url_for("platforms.index"))
        return _failed("This sign-in was not begun here, or too long ago.")
    except OAuthError as refusal:
        return _refused(refusal, onward or Onward())
    return _signed_in(tokens, onward or Onward())


def _is_in() -> bool:
    return services().sign_ins.find(session.get(KEY, "")) is not None


def _signed_in(tokens: Tokens, onward: Onward) -> Response | tuple[str, int]:
    # All that the cookie held is gone, as is the sign-in before; other windows may still bring their answers.
    others = requests_under_way()
    leave()
    session.update(others)
    for old in services().sign_ins.purge():
        services().provider.give_back(old)
    try:
        session[KEY] = services().sign_ins.begin(tokens)
    except SessionEndedError:
        services().provider.give_back(tokens)
        return _failed("You signed out meanwhile.")
    return redirect(onward.page or url_for("platforms.index"))


def _refused(refusal: OAuthError, onward: Onward) -> Response | tuple[str, int]:
    services().provider.forget_request()
    moving = onward.moving
    # OpenID Connect Core section 3.1.2.6: without a page it can't be done, so now with one.
    if moving and refusal.error in ("login_required", "interaction_required", "consent_required"):
        return services().provider.send_to_sign_in(onward, organization=moving)
    if moving and refusal.error == "access_denied":
        flash("You don't belong to that organization any more.", "bad")
        return redirect(url_for("signing_in.home"))
    log.warning("no sign-in: %r", refusal)
    return _failed("The identity server did not sign you in.", str(refusal.error))


def _failed(text: str, code: str = "") -> tuple[str, int]:
    return render_template("error.html", title="That did not work", text=text, code=code, sign_in=True), 400


@views.post("/switch")
def switch() -> Response:
    """Move to another organization: a new request that needs no page while the session lives."""
    person()
    wanted = request.form["organization"]
    onward = Onward(moving=wanted)
    return services().provider.send_to_sign_in(onward, organization=wanted, prompt="none")


@views.post("/sign-out")
def sign_out() -> Response:
    """Sign out here, then at the provider, which tells every other product."""
    tokens = leave()
    if tokens is None:
        return redirect(url_for("signing_in.home"))
    try:
        return services().provider.sign_out(tokens)
    except (requests.RequestException, NotOursError) as fault:
        log.warning("signed out here alone: %r", fault)
        flash(
            f"You are signed out of {services().settings.name}. The identity server does not answer, "
            "so you may still be signed in to other products.",
            "bad",
        )
        return redirect(url_for("signing_in.home"), 303)


@views.get("/signed-out")
def signed_out() -> Response:
    """Come back from the provider after signing out."""
    try:
        services().provider.client.validate_logout_response()
        flash("You are signed out, here and everywhere else.", "good")
    except OAuthError:
        log.info("somebody came back from a sign-out that was not begun here")
    return redirect(url_for("signing_in.home"))


@views.post("/backchannel-logout")
def backchannel_logout() -> tuple[dict[str, str], int]:
    """End the sign-ins of a session that is over; called by the provider, not by a browser."""
    ours = services()
    try:
        session_id = logout_tokens.session_of(
            request.form.get("logout_token", ""),
            ours.provider.metadata()["issuer"],
            ours.provider.client_id,
            ours.provider.keys,
        )
    except (ForgedError, NotOursError) as fault:
        log.warning("refused a logout token: %r", fault)
        # Back-Channel Logout section 2.8: 400, with a reason that helps nobody to forge a better one.
        return {"error": "invalid_request"}, 400
    except (requests.RequestException, NotNowError):
        # The provider says it again later.
        return {"error": "temporarily_unavailable"}, 503
    for tokens in ours.sign_ins.end_session(session_id):
        ours.provider.give_back(tokens)
    return {}, 200
