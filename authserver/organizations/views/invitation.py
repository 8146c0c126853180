"""`/invitations/<token>`: the link of an invitation, and the one step from there to being inside.

Who has an account signs in and accepts; who has none chooses a password; who is signed in as somebody else is
told so. Nothing but the link decides which organization, role and address it is about.
"""

import re
from dataclasses import dataclass

from flask import Blueprint, Response
from flask_babel import get_locale

from authserver.accounts import first_sign_in
from authserver.accounts.account import Account
from authserver.accounts.forms import NewPasswordForm, PlainForm, typed
from authserver.accounts.services import services
from authserver.accounts.views import new_password, visitor
from authserver.base.errors import Conflict, NotFound, Refused
from authserver.organizations import acceptance
from authserver.organizations.acceptance import Offer, Step, WrongAddress
from authserver.organizations.letters import inviter_name
from authserver.web import cookies
from authserver.web.continuation import Continuation
from authserver.web.pages import page
from authserver.web.site import own_units, unit

FORBIDDEN = 403
GONE = 410

_PATH = re.compile(r"/invitations/([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Arrival:
    """An invitation that counts, who is in front of it, and what is left to do."""

    token: str
    offer: Offer
    step: Step
    person: Account | None
    """Who is signed in with full rights."""

    @property
    def path(self) -> str:
        """The path of the page."""
        return f"/invitations/{self.token}"


def add_to(views: Blueprint) -> None:
    """Route the page."""
    views.add_url_rule("/invitations/<token>", view_func=show, methods=["GET"], endpoint="invitation")
    views.add_url_rule(
        "/invitations/<token>", view_func=submit, methods=["POST"], endpoint="invitation_submit"
    )
    views.add_url_rule(
        "/invitations/<token>/switch", view_func=switch, methods=["POST"], endpoint="invitation_switch"
    )


def resolve(path: str) -> Continuation | None:
    """Return what the sign-in page shows of an invitation that waits at a path; None for other paths."""
    match = _PATH.fullmatch(path)
    offer = acceptance.look(services(), match[1]) if match else None
    if offer is None:
        return None
    return Continuation(path, label=offer.organization.name, login_hint=offer.invitation.email)


def show(token: str) -> Response:
    """Show the invitation. A look consumes nothing: scanners of mail open links too."""
    found = _arrival(token)
    if found is None:
        return _gone()
    if found.step == "sign_in":
        return visitor.see_other("/login", found.path)
    return _page(found, FORBIDDEN if found.step == "switch" else 200)


@own_units
def submit(token: str) -> Response:
    """Follow the invitation, once: with the account that is signed in, or with a first password."""
    with unit():
        found = _arrival(token)
        if found is None:
            return _gone()
        if found.step == "sign_in":
            return visitor.see_other("/login", found.path)
        if found.person:
            return _accept(found, found.person)
    return _begin(found)


def switch(token: str) -> Response:
    """Sign out whoever is signed in here, and go on as the one who is invited."""
    found = _arrival(token)
    if found is None:
        return _gone()
    visitor.end_previous()
    answer = visitor.see_other(found.path)
    cookies.drop(answer, visitor.SESSION)
    return answer


def _arrival(token: str) -> Arrival | None:
    offer = acceptance.look(services(), token)
    if offer is None:
        return None
    present = visitor.visitor()
    person = present.account if present and present.session.full else None
    return Arrival(token, offer, acceptance.next_step(offer, person), person)


def _accept(found: Arrival, person: Account) -> Response:
    try:
        acceptance.accept(services(), person.id, found.token, visitor.origin(person))
    except WrongAddress:
        return _page(found, FORBIDDEN)
    except NotFound:
        return _gone()
    return visitor.see_other("/")


def _begin(found: Arrival) -> Response:
    """Begin the account of the invited address with the password that was chosen, and go in."""
    form, language = NewPasswordForm(), str(get_locale())
    with services().passwords.place():
        with unit():
            newcomer = acceptance.newcomer(services(), found.token, language)
            if newcomer is None:
                return visitor.see_other(found.path)
            if not _may_be_chosen(form, newcomer):
                return _page(found, 400, form)
        hashed = services().passwords.hash(typed(form.new_password))
        try:
            with unit():
                entry, _membership = acceptance.accept_as_newcomer(
                    services(), found.token, hashed, language, visitor.browser(), visitor.origin()
                )
        except Conflict:
            return visitor.see_other("/login", found.path)
        except NotFound:
            return _gone()
    with unit():
        # Somebody else may have begun to sign in here.
        visitor.end_previous()
    return visitor.let_in(visitor.see_other("/"), entry)


def _may_be_chosen(form: NewPasswordForm, newcomer: Account) -> bool:
    if not form.validate():
        return False
    try:
        new_password.check(typed(form.new_password), newcomer)
        first_sign_in.check_is_not_mailed(newcomer, typed(form.new_password))
    except Refused as refusal:
        form.new_password.errors = [str(refusal)]
        return False
    return True


def _page(found: Arrival, status: int, form: NewPasswordForm | None = None) -> Response:
    if form is None:
        form = NewPasswordForm(formdata=None) if found.step == "choose_password" else PlainForm(formdata=None)
    return page(
        "organizations/invitation.html",
        status,
        form=form,
        step=found.step,
        path=found.path,
        organization=found.offer.organization.name,
        role=found.offer.rights.role,
        email=found.offer.invitation.email,
        inviter=inviter_name(found.offer.inviter),
        minimum=services().settings.password_minimum,
    )


def _gone() -> Response:
    return page("organizations/invitation_gone.html", GONE)
