"""Who is in front of the page: the browser, its session, and the person behind it."""

import contextlib
from typing import NamedTuple, NoReturn
from urllib.parse import quote

from flask import Response, abort, current_app, g, redirect, request
from flask import session as form_session
from sqlalchemy.exc import SQLAlchemyError

from authserver.accounts import sessions
from authserver.accounts.account import Account, Browser, Session
from authserver.accounts.services import services
from authserver.accounts.sign_in import Entry
from authserver.audit.log import Origin
from authserver.base.handles import digest
from authserver.base.source import network_of, source_of
from authserver.web import cookies
from authserver.web.continuation import PARAMETER
from authserver.web.site import unit

SESSION = "session"
DEVICE = "device"
"""Names of the cookies."""

DEVICE_SECONDS = 365 * 86_400


class Visitor(NamedTuple):
    """A session and its account."""

    session: Session
    account: Account


def visitor() -> Visitor | None:
    """Return who is signed in, read once in a request; None for a stranger."""
    if "visitor" not in g:
        handle = cookies.get(SESSION)
        found = sessions.find(handle) if handle else None
        g.visitor = Visitor(*found) if found else None
        g.person_locale = found[1].language if found else None
    return g.visitor  # type: ignore[no-any-return] # flask.g has no types


def note_use(response: Response) -> Response:
    """Note that the session of this request is used: after it, so that no request holds it all the time."""
    found = g.get("visitor")
    if found and sessions.is_to_be_noted(found.session):
        # A note that can't be written now, the next request writes.
        with contextlib.suppress(SQLAlchemyError), unit():
            sessions.note_use(found.session)
    return response


def present() -> dict[str, object]:
    """Return what every template may know: the person who is signed in, None for a stranger."""
    found = g.get("visitor")
    return {"person": found.account if found and found.session.full else None}


def remember(session: Session, account: Account) -> None:
    """Know from here on, in this request, the session as it is now."""
    g.visitor = Visitor(session, account)


def forget() -> None:
    """Forget who was read in this request: the account is gone."""
    g.visitor = None


def person() -> Visitor:
    """Return who is signed in with full rights; everybody else is sent where they have to go first."""
    found = visitor()
    if found is None:
        _go("/login")
    if not found.session.full:
        _go("/password/choose")
    return found


def _go(path: str) -> NoReturn:
    # A GET is repeated after signing in; a POST can't be.
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    abort(see_other(path, wanted))


def see_other(path: str, continuation: str = "") -> Response:
    """Return a redirect that is followed by GET (RFC 9110 section 15.4.4), with where to go on to."""
    target = f"{path}?{PARAMETER}={quote(continuation, safe='/')}" if continuation else path
    return redirect(target, 303)  # type: ignore[return-value] # Flask's own Response


def browser() -> Browser:
    """Return what this request tells about where it comes from."""
    source = source_of(request.environ, services().settings.trusted_proxy_hops)
    agent = request.headers.get("User-Agent", "")
    return Browser(source, network_of(source), agent[:1000], cookies.get(DEVICE))


def origin(account: Account | None = None) -> Origin:
    """Return who acts, for the audit trail."""
    source = source_of(request.environ, services().settings.trusted_proxy_hops)
    actor = f"account:{account.id}" if account else "anonymous"
    return Origin(actor, source, g.request_id)


def let_in(response: Response, entry: Entry, *, keep: bool = False) -> Response:
    """Give the browser its new session (ASVS 7.2.4); forms of before the sign-in are void from here on."""
    settings = services().settings
    seconds = settings.session_kept if keep and settings.session_kept and entry.session.full else None
    cookies.put(response, SESSION, entry.handle, seconds=seconds)
    if entry.device:
        cookies.put(response, DEVICE, entry.device, seconds=DEVICE_SECONDS)
    form_session.clear()
    return response


def go_on(response: Response, entry: Entry, *, keep: bool = False) -> Response:
    """Give the browser the new handle of its session (ASVS 7.2.4); forms that it shows go on to count."""
    settings = services().settings
    seconds = settings.session_kept if keep and settings.session_kept else None
    cookies.put(response, SESSION, entry.handle, seconds=seconds)
    return response


def brought_along() -> Session | None:
    """Return the session that this browser has so far, read now."""
    handle = cookies.get(SESSION)
    found = sessions.find(handle) if handle else None
    return found[0] if found else None


def end_previous() -> None:
    """End the session that this browser brought along: its handle must not live on beside a new one."""
    session = brought_along()
    if session:
        # Its owner acts here, whoever that was.
        source = source_of(request.environ, services().settings.trusted_proxy_hops)
        sessions.end(
            session.account_id, session.id, Origin(f"account:{session.account_id}", source, g.request_id)
        )


def handle_digest() -> bytes | None:
    """Return the digest of the session handle that this browser sent, whatever it is worth."""
    handle = cookies.get(SESSION)
    return digest(handle) if handle else None


def issuer() -> str:
    """Return the origin of this server."""
    return str(current_app.config["ISSUER"])
