"""`authserver config`: every setting."""

import click

from authserver.cli.frame import Out, json_option
from authserver.config import load
from authserver.config.explain import explain


@click.command()
@json_option
def config(out: Out) -> None:
    """Show every setting: value (secrets masked), source, meaning."""
    out.many([row._asdict() for row in explain(load())], "")
