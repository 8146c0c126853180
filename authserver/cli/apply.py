"""`authserver apply`: resources, scopes, applications, organizations and API clients from one file."""

from pathlib import Path

import click

from authserver.cli import logos
from authserver.cli.frame import Out, application, json_option, origin
from authserver.clients.declaration import read
from authserver.clients.reconciliation import Reconciliation, Rehearsed
from authserver.web.unit_of_work import repeated


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show the differences, and change nothing.")
@click.option("--prune", is_flag=True, help="Remove what an earlier apply made and FILE does not name.")
@json_option
def apply(out: Out, file: Path, *, dry_run: bool, prune: bool) -> None:
    """Make the server agree with the TOML document FILE: all of it, or nothing.

    What FILE does not name stays as it is. Done again, it changes nothing.
    """
    declared = read(file)
    app = application()
    try:
        # The database may refuse it because of what goes on meanwhile: then all of it is done again.
        changes = repeated(app, lambda: Reconciliation(declared, origin()).run(prune=prune, rehearse=dry_run))
    except Rehearsed as rehearsed:
        changes = rehearsed.changes
    rows = [
        {"act": change.act, "kind": change.kind, "key": change.key, "what": change.what} for change in changes
    ]
    out.many(rows, "The server agrees with the file already.")
    if dry_run:
        out.say("Nothing was changed: this was a rehearsal.")
        return
    logos.fetch(out, app, declared.applications)
