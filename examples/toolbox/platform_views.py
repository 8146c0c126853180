"""Pages of trade platforms, guarded by permissions that this product registered with the provider."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examples.toolbox.platforms import MANAGE, READ, TYPES, UnfitError
from examples.toolbox.visit import organization_of, person, services

views = Blueprint("platforms", __name__, url_prefix="/trade-platforms")


@views.get("/")
def index() -> str:
    """List the trade platforms of the organization, to whoever may see them."""
    found = None
    if (active := person().organization) and person().may(READ, MANAGE):
        found = services().platforms.of(active.id)
    return render_template("platforms.html", platforms=found, types=TYPES, manage=MANAGE)


@views.post("/")
def add() -> Response:
    """Add one."""
    organization = organization_of(MANAGE)
    try:
        made = services().platforms.add(
            organization.id, request.form.get("name", ""), request.form.get("type", "")
        )
        flash(f"{made.name} was added.", "good")
    except UnfitError as fault:
        flash(str(fault), "bad")
    return redirect(url_for("platforms.index"), 303)


@views.post("/<uuid:platform_id>/remove")
def remove(platform_id: object) -> Response:
    """Remove one."""
    if services().platforms.remove(organization_of(MANAGE).id, str(platform_id)):
        flash("The trade platform was removed.", "good")
    return redirect(url_for("platforms.index"), 303)
