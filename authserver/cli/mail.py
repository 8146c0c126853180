"""`authserver mail`: the ledger of letters."""

import click

from authserver.audit.log import record
from authserver.base.errors import NotFound
from authserver.cli.frame import Out, Row, database_command, origin
from authserver.mail import store
from authserver.mail.letter import Envelope

STATES = ("waiting", "sending", "sent", "failed")


@click.group()
def mail() -> None:
    """List letters and how far they are; send one again."""


@mail.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only letters of this state.")
@click.option("--after", default="", help="Id behind which to begin, for the next page.")
@click.option(
    "--limit", default=100, type=click.IntRange(1, 1000), help="How many to show.", show_default=True
)
@database_command
def list_(out: Out, state: str | None, after: str, limit: int) -> None:
    """List letters, newest first. What stood in them is nowhere kept."""
    found = store.page(state=state, after=_place(after) if after else None, limit=limit)
    out.many([_row(envelope) for envelope in found], "There is no such letter.")


@mail.command()
@click.argument("letter_id")
@database_command
def retry(out: Out, letter_id: str) -> None:
    """Send the letter LETTER_ID at once, whether it failed or waits."""
    if not store.retry(letter_id):
        raise NotFound(f"No letter {letter_id} waits or failed; `authserver mail list` shows them.")
    record(origin(), "letter.retried", target=letter_id)
    out.one({"id": letter_id, "state": "waiting"})


def _place(letter_id: str) -> tuple[int, str]:
    last = store.find(letter_id)
    if last is None:
        raise NotFound(f"There is no letter {letter_id} any more; begin anew without --after.")
    return last.created_at, last.id


def _row(envelope: Envelope) -> Row:
    return {
        "id": envelope.id,
        "kind": envelope.kind,
        "recipient": envelope.recipient,
        "state": envelope.state,
        "attempts": envelope.attempts,
        "created_at": envelope.created_at,
        "due_at": envelope.due_at,
        "sent_at": envelope.sent_at,
        "error": envelope.error,
    }
