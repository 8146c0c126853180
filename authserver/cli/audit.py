"""`authserver audit`: reading the audit trail, and verifying that nobody changed it."""

import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import click
from flask import Flask

from authserver.audit import retention, sealing
from authserver.audit.exporting import Format, document, export
from authserver.audit.filter import RESULTS, Filter
from authserver.audit.reading import LONGEST_PAGE, everything, page
from authserver.audit.seal import Head, Seal
from authserver.audit.seal_keys import SealKeys
from authserver.audit.store import seals
from authserver.audit.verification import Report, verify
from authserver.base.clock import iso, now
from authserver.base.errors import NotFound
from authserver.cli.frame import Out, Row, application, database_command, json_option, origin, settings
from authserver.cli.moments import Moment
from authserver.organizations import directory
from authserver.web.unit_of_work import UnitOfWork

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@click.group()
def audit() -> None:
    """Read the audit trail, export it, and verify that nobody changed it."""


_OPTIONS = (
    click.option("--organization", help="Slug or id of the organization; all events when left out."),
    click.option("--actor", default="", help="Who acted, such as account:ID, client:ID, cli:NAME, system."),
    click.option("--action", default="", help="How the action begins, such as sign_in or sign_in.failed."),
    click.option("--target", default="", help="On what."),
    click.option("--result", default="", type=click.Choice(["", *RESULTS]), help="How it ended."),
    click.option("--since", type=Moment(), help="From when on: 2027-01-31, or how long ago: 7d."),
    click.option("--until", type=Moment(), help="Up to when, not included."),
)


def _filtered(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@audit.command("list")
@_filtered
@click.option("--after", default="", help="Cursor behind which to begin, for the next page.")
@click.option(
    "--limit", default=100, type=click.IntRange(1, LONGEST_PAGE), help="How many.", show_default=True
)
@database_command
def list_(out: Out, organization: str | None, after: str, limit: int, **asked: Any) -> None:
    """List events, newest first."""
    read = page(_filter(organization, asked), after=after, limit=limit)
    rows = [document(entry) for entry in read.entries]
    out.many(rows if out.as_json else list(map(_line, rows)), "There is no such event.")
    if read.next:
        out.say(f"There may be more: --after {read.next}")


@audit.command("export")
@_filtered
@click.option("--format", "form", default="jsonl", type=click.Choice(["jsonl", "csv"]), show_default=True)
@json_option
def export_(out: Out, organization: str | None, form: Format, **asked: Any) -> None:
    """Write all events of a filter to standard output, newest first: an object or a line each."""
    app = application()
    with UnitOfWork(app):
        wanted = _filter(organization, asked)
    lines = export(everything(wanted, lambda: UnitOfWork(app)), "jsonl" if out.as_json else form)
    for line in lines:
        click.echo(line, nl=False)


@audit.command("verify")
@click.option(
    "--head", "kept", help="What `audit head` or the log said earlier: shows what was cut off since."
)
@click.option(
    "--master-key-file",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with an older master key, to check the seals made with it.",
)
@database_command
def verify_(out: Out, kept: str | None, files: tuple[Path, ...]) -> None:
    """Name every row that was altered, removed or added since it was sealed; exit code 1 if there is one."""
    keys = SealKeys.of(settings(), [file.read_text().strip() for file in files])
    seals.hold_still()
    report = verify(keys, Head.parse(kept) if kept else None)
    told = asdict(report)
    if out.as_json:
        out.one(told)
    else:
        _say(out, report)
    if report.faults:
        raise SystemExit(1)


@audit.command()
@database_command
def head(out: Out) -> None:
    """Print where the chain of seals ends now, to be kept elsewhere and given to `audit verify --head`."""
    kept = seals.head()
    if kept is None:
        raise NotFound("Nothing is sealed yet.")
    if out.as_json:
        out.one({"head": str(kept.head)})
    else:
        out.say(str(kept.head))


@audit.command()
@json_option
def seal(out: Out) -> None:
    """Seal at once what a server would seal within minutes."""
    keys, app = SealKeys.of(settings()), application()
    _repeat(out, "sealed", lambda: sealing.seal(keys, now()), app)


@audit.command()
@click.option("--anyway", is_flag=True, help="Also what was altered, which is evidence.")
@json_option
def cut(out: Out, *, anyway: bool) -> None:
    """Delete at once what is older than AUTHSERVER_AUDIT_RETENTION: whole batches with their seals."""
    known, app = settings(), application()
    keys, by = SealKeys.of(known), origin()
    _repeat(
        out,
        "cut",
        lambda: retention.cut(keys, now(), known.audit_retention, by, anyway=anyway, grace=0),
        app,
    )


def _repeat(out: Out, done: str, act: Callable[[], Seal | None], app: Flask) -> None:
    events = 0
    while True:
        with UnitOfWork(app):
            made = act()
        if made is None:
            out.one({done: events})
            return
        events += made.said.count


def _filter(organization: str | None, asked: dict[str, Any]) -> Filter:
    return Filter(_organization_id(organization) if organization else None, **asked)


def _organization_id(slug_or_id: str) -> str:
    try:
        return directory.get(slug_or_id).id
    except NotFound:
        # The trail outlives what it tells of.
        if _ID.fullmatch(slug_or_id):
            return slug_or_id
        raise


def _line(told: Row) -> Row:
    details = cast("dict[str, str]", told["details"])
    return {
        "at": iso(cast("int", told["at"])),
        "action": told["action"],
        "result": told["result"],
        "actor": told["actor"],
        "target": told["target"],
        "source": told["source"],
        "details": [f"{name}={value}" for name, value in details.items()],
    }


def _say(out: Out, report: Report) -> None:
    for fault in report.faults:
        out.say(f"{fault}.")
    if report.cut_event:
        out.say(f"Events up to {report.cut_event} are older than they are to be kept, and were deleted.")
    out.say(f"{report.rows} events in {report.seals} seals; {report.unsealed} events are not sealed yet.")
    if report.faults:
        out.say(f"All is good up to event {report.good_event}, seal {report.good_seal}.")
    else:
        out.say(f"All is good. Head: {report.head or '-'}")
