"""`/account/sessions`: where a person is signed in, and signing out there."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response

from authserver.accounts import sessions
from authserver.accounts.account import Session
from authserver.accounts.device_name import browser_name, system_name
from authserver.accounts.forms import PlainForm
from authserver.accounts.letters import device_name
from authserver.accounts.services import services
from authserver.accounts.store import sessions as store
from authserver.accounts.views import visitor
from authserver.web import cookies
from authserver.web.pages import page


@dataclass(frozen=True, slots=True)
class Shown:
    """A session as its owner sees it."""

    id: str
    device: str
    source: str
    created_at: int
    last_seen_at: int
    current: bool


def add_to(views: Blueprint) -> None:
    """Route the page and its two acts."""
    views.add_url_rule("/account/sessions", view_func=show, methods=["GET"], endpoint="sessions")
    views.add_url_rule(
        "/account/sessions/<uuid:session_id>/end", view_func=end, methods=["POST"], endpoint="sessions_end"
    )
    views.add_url_rule(
        "/account/sessions/end-others", view_func=end_others, methods=["POST"], endpoint="sessions_end_others"
    )


def show() -> Response:
    """List the sessions, this one first."""
    present = visitor.person()
    live = [_shown(each, present.session) for each in store.of(present.account.id, services().now())]
    return page(
        "account/sessions.html", sessions=sorted(live, key=lambda each: not each.current), form=PlainForm()
    )


def end(session_id: UUID) -> Response:
    """End one session of the person; one of somebody else is not found and stays."""
    present = visitor.person()
    sessions.end(present.account.id, str(session_id), visitor.origin(present.account))
    if str(session_id) != present.session.id:
        return visitor.see_other("/account/sessions")
    answer = visitor.see_other("/logged-out")
    cookies.drop(answer, visitor.SESSION)
    return answer


def end_others() -> Response:
    """End all sessions but this one."""
    present = visitor.person()
    sessions.end_all(present.account.id, visitor.origin(present.account), but=present.session.id)
    return visitor.see_other("/account/sessions")


def _shown(session: Session, current: Session) -> Shown:
    return Shown(
        session.id,
        device_name(browser_name(session.user_agent), system_name(session.user_agent)),
        session.source,
        session.created_at,
        session.last_seen_at,
        session.id == current.id,
    )
