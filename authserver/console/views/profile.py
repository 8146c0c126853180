"""`/account/profile`: what products may learn about a person."""

from dataclasses import asdict

from flask import Blueprint, Response, request

from authserver.accounts.profile import TEXTS, Profile, Unusable, checked
from authserver.accounts.profile_form import ProfileForm
from authserver.accounts.store import profiles
from authserver.accounts.views import visitor
from authserver.audit.log import record
from authserver.base.clock import now
from authserver.web.pages import page


def add_to(views: Blueprint) -> None:
    """Route the page."""
    views.add_url_rule("/account/profile", view_func=show, methods=["GET"], endpoint="profile")
    views.add_url_rule("/account/profile", view_func=save, methods=["POST"], endpoint="profile_save")


def show() -> Response:
    """Show the profile as it is."""
    account = visitor.person().account
    form = ProfileForm(formdata=None, data=asdict(profiles.find(account.id)))
    return page("account/profile.html", form=form, saved=request.args.get("saved") == "1")


def save() -> Response:
    """Write the whole profile, or none of it."""
    account = visitor.person().account
    form = ProfileForm()
    if not form.validate():
        return page("account/profile.html", 400, form=form, saved=False)
    try:
        wanted = checked(Profile(**{name: form[name].data or "" for name in TEXTS}, updated_at=now()))
    except Unusable as unusable:
        form[unusable.field].errors = [str(unusable)]
        return page("account/profile.html", 400, form=form, saved=False)
    profiles.put(account.id, wanted)
    record(visitor.origin(account), "profile.changed", target=account.id)
    return visitor.see_other("/account/profile?saved=1")
