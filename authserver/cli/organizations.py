"""`authserver organizations`: the tenants."""

from dataclasses import asdict

import click

from authserver.base.errors import Refused
from authserver.cli.frame import Out, database_command, origin
from authserver.organizations import directory
from authserver.organizations.store import organizations as store


@click.group()
def organizations() -> None:
    """Create, list, show, limit, disable and enable organizations."""


@organizations.command()
@click.argument("name")
@click.option("--slug", help="Name in addresses; suggested by the name when left out.")
@database_command
def create(out: Out, name: str, slug: str | None) -> None:
    """Create an organization NAME."""
    out.one(asdict(directory.create(name, slug, origin())))


@organizations.command("list")
@click.option("--after", default="", help="Slug behind which to begin, for the next page.")
@click.option(
    "--limit", default=100, type=click.IntRange(1, 1000), help="How many to show.", show_default=True
)
@database_command
def list_(out: Out, after: str, limit: int) -> None:
    """List organizations by slug."""
    rows = [asdict(organization) for organization in store.page(after=after, limit=limit)]
    out.many(rows, "There is no organization; make one with: authserver organizations create NAME")


@organizations.command()
@click.argument("slug")
@database_command
def show(out: Out, slug: str) -> None:
    """Show the organization SLUG (or id)."""
    out.one(asdict(directory.get(slug)))


@organizations.command()
@click.argument("slug")
@database_command
def disable(out: Out, slug: str) -> None:
    """Disable the organization SLUG: its clients get no token from within a second on."""
    out.one(asdict(directory.set_disabled(slug, disabled=True, origin=origin())))


@organizations.command()
@click.argument("slug")
@database_command
def enable(out: Out, slug: str) -> None:
    """Enable the organization SLUG again."""
    out.one(asdict(directory.set_disabled(slug, disabled=False, origin=origin())))


@organizations.command()
@click.argument("slug")
@click.option("--permission", "permissions", multiple=True, help="One that it may have; repeat for more.")
@click.option("--all", "everything", is_flag=True, help="Everything, also what is registered later.")
@database_command
def limit(out: Out, slug: str, permissions: tuple[str, ...], *, everything: bool) -> None:
    """Allow the organization SLUG these permissions and no others, its Administrators included."""
    if everything == bool(permissions):
        raise Refused("Name permissions, or give --all.")
    out.one(asdict(directory.limit(slug, None if everything else permissions, origin())))
