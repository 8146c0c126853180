"""`/admin/mail`: the ledger of letters, and sending one again. What stood in them is nowhere kept."""

import re
from collections.abc import Mapping

from flask import Blueprint, Response, abort, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from authserver.audit.log import Origin, record
from authserver.base.errors import NotFound
from authserver.console import paging
from authserver.console.operator.acts import Act, Kind, add_acts, said
from authserver.console.operator.room import Row, operators, shown
from authserver.mail import store
from authserver.mail.letter import Envelope
from authserver.web.languages import timestamp

PATH = "/admin/mail"
STUCK = ("waiting", "failed")
_SECONDS = re.compile(r"[0-9]{1,15}")


def _retry(envelope: Envelope, by: Origin) -> None:
    if not store.retry(envelope.id):
        raise NotFound(f"No letter {envelope.id} waits or failed.")
    record(by, "letter.retried", target=envelope.id)


_RETRY: Act[Envelope] = Act(
    _("Send again"),
    _("The letter is written anew, with fresh links, and goes out at once."),
    _("The letter goes out at once."),
    _retry,
)


def add_to(views: Blueprint) -> None:
    """Route the list and the act."""
    views.add_url_rule(PATH, view_func=operators(show), methods=["GET"], endpoint="admin_mail")
    add_acts(views, Kind("admin_mail", PATH, _find, lambda each: each.recipient, _acts, has_page=False))


def show() -> Response:
    """List letters, newest first."""
    asked, state, states = paging.asked(), request.args.get("state", ""), _states()
    if state and state not in states:
        abort(400)
    found = store.page(state=state or None, after=_place(asked.after), limit=paging.SIZE + 1)
    listing = paging.listing(asked, found, lambda envelope: f"{envelope.created_at}.{envelope.id}")
    following = f"{listing.next}&state={state}" if listing.next and state else listing.next
    rows = [_row(envelope, states) for envelope in listing.entries]
    return shown(
        "mail",
        listing=paging.Listing(rows, asked, following),
        states=states,
        state=state,
        said=said({"retry": _RETRY}),
    )


def _place(cursor: str) -> tuple[int, str] | None:
    place = paging.pair(cursor)
    if place is None:
        return None
    if not _SECONDS.fullmatch(place[0]):
        abort(400)
    return int(place[0]), place[1]


def _states() -> dict[str, str]:
    return {
        "waiting": gettext("waiting"),
        "sending": gettext("being sent"),
        "sent": gettext("sent"),
        "failed": gettext("failed"),
    }


def _find(letter_id: str) -> Envelope:
    found = store.find(letter_id)
    if found is None:
        raise NotFound(f"There is no letter {letter_id}.")
    return found


def _acts(envelope: Envelope) -> Mapping[str, Act[Envelope]]:
    return {"retry": _RETRY} if envelope.state in STUCK else {}


def _row(envelope: Envelope, states: dict[str, str]) -> Row:
    facts = [envelope.kind, timestamp(envelope.created_at)]
    if envelope.attempts > 1:
        facts.append(gettext("%(count)s attempts", count=envelope.attempts))
    if envelope.error:
        facts.append(envelope.error)
    looks = {"sent": "good", "failed": "bad", "waiting": "wait"}
    return Row(
        envelope.recipient,
        "",
        tuple(facts),
        ((states[envelope.state], looks.get(envelope.state, "")),),
        (f"{PATH}/{envelope.id}/retry", gettext("Send again")) if envelope.state in STUCK else None,
    )
