"""Pages of members and invitations. Toolbox keeps none of it: the management API does, and decides."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from examples.toolbox.management import catalogue, in_organization, page, tagged

members = Blueprint("members", __name__, url_prefix="/members")
invitations = Blueprint("invitations", __name__, url_prefix="/invitations")


@members.get("/")
def index() -> str:
    """List who belongs to the organization."""
    found, following = page("/members", request.args.get("cursor"))
    return render_template("members.html", members=found, following=following)


@members.get("/<uuid:account_id>")
def one(account_id: object) -> str:
    """Show what a member may do."""
    member, tag = tagged(f"/members/{account_id}")
    permissions, _scopes = catalogue()
    return render_template("member.html", member=member, tag=tag, permissions=permissions)


@members.post("/<uuid:account_id>")
def change(account_id: object) -> Response:
    """Grant a member exactly what is ticked, and what this person can't grant stays as it is.

    Boxes that nobody touched are no wish: where another changed the member meanwhile, nothing is done.
    """
    offered, _scopes = catalogue()
    present = in_organization("GET", f"/members/{account_id}")["permissions"]
    kept = set(present) - {each.name for each in offered}
    wanted = sorted(kept | set(request.form.getlist("permissions")))
    as_shown = {"If-Match": request.form["tag"]}
    in_organization("PATCH", f"/members/{account_id}", json={"permissions": wanted}, headers=as_shown)
    flash("What the member may do was changed.", "good")
    return redirect(url_for("members.index"), 303)


@members.post("/<uuid:account_id>/remove")
def remove(account_id: object) -> Response:
    """Remove a member from the organization."""
    in_organization("DELETE", f"/members/{account_id}")
    flash("The member was removed.", "good")
    return redirect(url_for("members.index"), 303)


@invitations.get("/", endpoint="index")
def invited() -> str:
    """List invitations that nobody accepted yet, and offer to invite."""
    found, following = page("/invitations", request.args.get("cursor"))
    permissions, _scopes = catalogue()
    return render_template(
        "invitations.html", invitations=found, following=following, permissions=permissions
    )


@invitations.post("/")
def invite() -> Response:
    """Invite somebody; the provider writes the letter."""
    wish = {
        "email": request.form.get("email", "").strip(),
        "permissions": request.form.getlist("permissions"),
    }
    in_organization("POST", "/invitations", json=wish)
    flash(f"A letter is on its way to {wish['email']}.", "good")
    return redirect(url_for("invitations.index"), 303)


@invitations.post("/<uuid:invitation_id>/resend")
def resend(invitation_id: object) -> Response:
    """Send the letter again; the link of the one before is void."""
    in_organization("POST", f"/invitations/{invitation_id}/resend")
    flash("The letter goes out again. Only its newest link works.", "good")
    return redirect(url_for("invitations.index"), 303)


@invitations.post("/<uuid:invitation_id>/revoke")
def revoke(invitation_id: object) -> Response:
    """Take an invitation back."""
    in_organization("DELETE", f"/invitations/{invitation_id}")
    flash("The invitation was taken back.", "good")
    return redirect(url_for("invitations.index"), 303)
