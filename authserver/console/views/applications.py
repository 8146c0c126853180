"""`/account/applications`: which products may act for a person, and taking that back."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort

from authserver.accounts.forms import PlainForm
from authserver.accounts.services import services
from authserver.accounts.views import visitor
from authserver.clients.application_registration import CLIENT_ID
from authserver.clients.store import applications, logos
from authserver.oidc import withdrawal
from authserver.oidc.store import consents, grants
from authserver.oidc.views.consent import described
from authserver.oidc.vocabulary import OPENID
from authserver.web.pages import page


@dataclass(frozen=True, slots=True)
class Shown:
    """An application as the person sees it."""

    id: str
    name: str
    logo_url: str | None
    home: str
    first_party: bool
    may: tuple[str, ...]
    since: int


def add_to(views: Blueprint) -> None:
    """Route the page and its act."""
    views.add_url_rule("/account/applications", view_func=show, methods=["GET"], endpoint="applications")
    views.add_url_rule(
        "/account/applications/<client_id>/withdraw",
        view_func=withdraw,
        methods=["POST"],
        endpoint="applications_withdraw",
    )


def show() -> Response:
    """List the applications that the person agreed to, or that hold something of theirs."""
    account = visitor.person().account
    agreed = {consent.client_id: consent for consent in consents.of(account.id)}
    holding = grants.clients_of(account.id, services().now())
    known = applications.named({*agreed, *holding})
    logo_urls = logos.addresses_of(known)
    shown = [
        Shown(
            application.id,
            application.name,
            logo_urls.get(application.id),
            application.client_uri,
            application.first_party,
            _may(agreed[client_id].scopes if client_id in agreed else ()),
            agreed[client_id].created_at if client_id in agreed else holding[client_id],
        )
        for client_id, application in known.items()
    ]
    ordered = sorted(shown, key=lambda each: each.name.lower())
    return page("account/applications.html", applications=ordered, form=PlainForm())


def withdraw(client_id: str) -> Response:
    """Forget a consent, and end what the application holds: at once, on every instance (ASVS 10.7.3)."""
    # What can't be an id is not looked up.
    if not CLIENT_ID.fullmatch(client_id):
        abort(404)
    account = visitor.person().account
    withdrawal.withdraw(account.id, client_id, visitor.origin(account))
    return visitor.see_other("/account/applications")


def _may(scopes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(described(scope)[0] for scope in scopes if scope != OPENID)
