"""Pages of API clients: software of the organization that gets tokens with an id and a secret."""

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examples.toolbox.management import catalogue, in_organization, page
from examples.toolbox.platforms import READ
from examples.toolbox.visit import services

views = Blueprint("api_clients", __name__, url_prefix="/api-clients")


@views.get("/")
def index() -> str:
    """List the API clients, and offer to make one."""
    found, following = page("/api-clients", request.args.get("cursor"))
    permissions, scopes = catalogue()
    return render_template(
        "api_clients.html",
        clients=found,
        following=following,
        permissions=permissions,
        scopes=scopes,
        # What a new one needs at least; nothing is ticked that this person can't grant.
        ticked=(READ,),
        once=secrets.token_urlsafe(16),
    )


@views.post("/")
def create() -> str:
    """Make one, and show its secret in this answer: no redirect, cookie, cache or log ever holds it.

    The form names what it makes: sent again, by a reload or a double click, it makes nothing.
    """
    wish = {
        "name": request.form.get("name", "").strip(),
        "scopes": request.form.getlist("scopes"),
        "permissions": request.form.getlist("permissions"),
    }
    headers = {"Idempotency-Key": request.form.get("once", "")}
    made = in_organization("POST", "/api-clients", json=wish, headers=headers)
    provider = services().provider
    return render_template(
        "api_client_made.html",
        client=made["api_client"],
        secret=made["secret"],
        token_endpoint=provider.metadata()["token_endpoint"],
        webapi=services().settings.webapi if READ in made["api_client"]["permissions"] else "",
    )


@views.post("/<uuid:client_id>/delete")
def delete(client_id: object) -> Response:
    """Delete one with its secrets: it gets no token any more."""
    in_organization("DELETE", f"/api-clients/{client_id}")
    flash("The API client was deleted.", "good")
    return redirect(url_for("api_clients.index"), 303)
