"""What all commands share: settings, one unit of work, the acting person, errors, and text or JSON out."""

import functools
import getpass
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import click
import orjson
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from authserver.app.core import create_core
from authserver.audit.log import Origin
from authserver.base.clock import iso
from authserver.base.errors import Refused
from authserver.config import ConfigurationError, Settings, load
from authserver.keys.vault import VaultError
from authserver.web import logs
from authserver.web.unit_of_work import UnitOfWork

Row = Mapping[str, object]


class Out:
    """Says what a command found: lines for people, or with --json one document for programs."""

    def __init__(self, *, as_json: bool) -> None:
        """Take which of the two."""
        self.as_json = as_json

    def one(self, row: Row) -> None:
        """Show one thing."""
        if self.as_json:
            click.echo(orjson.dumps(dict(row)))
            return
        width = max(map(len, row), default=0)
        for name, value in row.items():
            click.echo(f"{name.replace('_', ' '):<{width}}  {_text(name, value)}")

    def many(self, rows: Sequence[Row], nothing: str) -> None:
        """Show a list, or say what to do when it is empty."""
        if self.as_json:
            click.echo(orjson.dumps([dict(row) for row in rows]))
            return
        if not rows:
            click.echo(nothing)
            return
        lines = [[name.replace("_", " ").upper() for name in rows[0]]]
        lines += [[_text(name, value) for name, value in row.items()] for row in rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
        for line in lines:
            click.echo(
                "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            )

    def say(self, text: str) -> None:
        """Tell people something that programs need not know."""
        if not self.as_json:
            click.echo(text)

    def warn(self, text: str) -> None:
        """Tell people on standard error what did not work, though the command did."""
        if not self.as_json:
            click.echo(f"Warning: {text}", err=True)

    def fail(self, text: str) -> NoReturn:
        """End the command with an error and exit code 1."""
        if self.as_json:
            click.echo(orjson.dumps({"error": text}), err=True)
        else:
            click.echo(f"Error: {text}", err=True)
        raise SystemExit(1)


def json_option(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `--json` and hand it an `Out` as its first argument.

    Its errors become one clear line.
    """

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
    @functools.wraps(command)
    def framed(*args: object, as_json: bool, **options: object) -> None:
        out = Out(as_json=as_json)
        try:
            command(out, *args, **options)
        except (ConfigurationError, Refused, VaultError, OSError) as error:
            out.fail(str(error))
        except UnicodeEncodeError:
            out.fail("An argument is no text: it is not encoded in UTF-8.")
        except SQLAlchemyError as error:
            out.fail(f"The database refused: {type(error).__name__}. `authserver doctor` says more.")

    return framed


def database_command(command: Callable[..., None]) -> Callable[..., None]:
    """Run a command in one unit of work: all that it writes is committed together, or nothing is."""

    @json_option
    @functools.wraps(command)
    def within(out: Out, *args: object, **options: object) -> None:
        with UnitOfWork(application()):
            command(out, *args, **options)

    return within


def settings() -> Settings:
    """Return the settings, with logs set up for a command: warnings only. Raises ConfigurationError."""
    loaded = load()
    logs.configure(loaded)
    logging.getLogger().setLevel(logging.WARNING)
    return loaded


def application() -> Flask:
    """Return the application of the settings. Raises ConfigurationError."""
    return create_core(settings())


def origin() -> Origin:
    """Return who acts: the person at this terminal, as the operating system knows them."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return Origin(f"cli:{name}")


def _text(name: str, value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name.endswith("_at"):
        return iso(value)
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
