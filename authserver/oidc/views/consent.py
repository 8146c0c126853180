"""`/consent`: what an application asks for, and the person's Yes or No."""

from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from authserver.accounts import sessions
from authserver.accounts.views import visitor
from authserver.accounts.views.visitor import Visitor
from authserver.audit.log import record
from authserver.base.clock import now
from authserver.clients.store import applications, logos
from authserver.oidc.authorization.client import unknown
from authserver.oidc.endpoints.authorize import Checked
from authserver.oidc.store import consents, interactions
from authserver.oidc.views import authorize
from authserver.oidc.views import waiting as requests
from authserver.oidc.views.answers import displayed, to_client
from authserver.oidc.views.services import services
from authserver.oidc.views.waiting import Waiting
from authserver.oidc.vocabulary import OPENID
from authserver.web.pages import page


class Asked(NamedTuple):
    """A request that waits for consent, and who is asked."""

    waiting: Waiting
    checked: Checked
    present: Visitor


def add_to(views: Blueprint) -> None:
    """Route the page."""
    views.add_url_rule("/consent", view_func=show, methods=["GET"], endpoint="consent")
    views.add_url_rule("/consent", view_func=decide, methods=["POST"], endpoint="consent_decide")


def show() -> Response:
    """Show what the application will get: exactly that (ASVS 10.7.2)."""
    asked = _asked(request.args.get("interaction", ""))
    application = asked.checked.application
    return page(
        "oidc/consent.html",
        application=application,
        logo_url=logos.address_of(application.id),
        items=[described(scope) for scope in asked.checked.request.agreed if scope != OPENID],
        interaction=asked.waiting.handle,
    )


def decide() -> Response:
    """Keep the answer and go back to the application; what was asked stands here, not in the form."""
    asked = _asked(request.form.get("interaction", ""))
    authorization = services().authorization
    wanted, account = asked.checked.request, asked.present.account
    if request.form.get("decision") != "allow":
        requests.finish(asked.waiting)
        return to_client(authorization.denied(wanted), after_form=True)
    # Whoever changes several rows of an account begins with it: a withdrawal at this moment takes its turn.
    sessions.hold(account.id, asked.present.session.id)
    if not applications.hold(wanted.client_id):
        requests.finish(asked.waiting)
        return displayed(unknown(wanted.client_id), _("Authorization error"))
    consents.remember(account.id, wanted.client_id, wanted.agreed, now())
    interactions.consented(asked.waiting.interaction.digest, account.id)
    record(visitor.origin(account), "consent.given", target=wanted.client_id, scopes=" ".join(wanted.agreed))
    agreed = requests.find(asked.waiting.handle)[0]
    return authorize.go_on(asked.checked, asked.waiting.interaction.parameters, agreed)


def described(scope: str) -> tuple[str, str]:
    """Return what a scope is called, and what it means for the person."""
    texts: dict[str, tuple[str, str]] = {
        "profile": (_("Your profile"), _("Name, picture, birthday, language and what else stands there")),
        "email": (_("Your email address"), _("And whether it is confirmed")),
        "address": (_("Your postal address"), ""),
        "phone": (_("Your phone number"), ""),
        "organization": (_("Your organizations"), _("Your role and permissions in them")),
        "offline_access": (_("Access while you are away"), _("It stays signed in until you withdraw this")),
    }
    return texts.get(scope, (scope, _("Act for you at this service")))


def _asked(handle: str) -> Asked:
    waiting, checked, _given = requests.opened(handle)
    present = visitor.visitor()
    if present is None or not present.session.full:
        path = f"/consent?{urlencode({'interaction': handle})}"
        abort(visitor.see_other("/login", path))
    return Asked(waiting, checked, present)
