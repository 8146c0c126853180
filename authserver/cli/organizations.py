"""`authserver organizations`: the tenants."""

from dataclasses import asdict

import click

from authserver.accounts import directory as accounts
from authserver.accounts.services import services
from authserver.base.errors import Refused
from authserver.cli.frame import Out, database_command, origin
from authserver.organizations import administration, directory, invitations, membership, roster
from authserver.organizations.authority import OPERATOR
from authserver.organizations.invitation import Invitation
from authserver.organizations.organization import require_typed_name
from authserver.organizations.permissions import Rights
from authserver.organizations.store import organizations as store
from authserver.web.languages import LANGUAGES


@click.group()
def organizations() -> None:
    """Create, list, show, rename, limit, disable, enable and delete organizations; people in them."""


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


@organizations.command()
@click.argument("slug")
@click.argument("name")
@database_command
def rename(out: Out, slug: str, name: str) -> None:
    """Give the organization SLUG another NAME; its slug stays."""
    out.one(asdict(directory.rename(slug, name, origin())))


@organizations.command()
@click.argument("slug")
@click.option("--name", required=True, help="Its name, to confirm.")
@database_command
def delete(out: Out, slug: str, name: str) -> None:
    """Delete the organization SLUG with its API clients and invitations; its people live on."""
    organization = directory.get(slug)
    require_typed_name(name, organization.name)
    administration.delete(OPERATOR, organization.id, origin())
    out.one({"deleted": organization.id})


@organizations.command()
@click.argument("slug")
@click.option("--search", default="", help="A part of the address or of the name.")
@click.option("--after", default="", help="Address behind which to begin, for the next page.")
@click.option(
    "--limit", default=100, type=click.IntRange(1, 1000), help="How many to show.", show_default=True
)
@database_command
def members(out: Out, slug: str, search: str, after: str, limit: int) -> None:
    """List the members of the organization SLUG by address."""
    found = roster.page(OPERATOR, directory.get(slug).id, search=search, after=after, limit=limit)
    rows = [
        {
            "account_id": each.account.id,
            "email": each.account.email,
            "role": each.membership.role,
            "permissions": sorted(each.membership.permissions),
            "joined_at": each.membership.joined_at,
        }
        for each in found
    ]
    out.many(rows, "Nobody belongs to it; invite somebody with: authserver organizations invite --help")


@organizations.command("change-member")
@click.argument("slug")
@click.argument("email")
@click.option("--administrator", is_flag=True, help="Make an Administrator.")
@click.option("--permission", "permissions", multiple=True, help="What a Member may do; repeat for more.")
@database_command
def change_member(
    out: Out, slug: str, email: str, permissions: tuple[str, ...], *, administrator: bool
) -> None:
    """Make what EMAIL is and may do in SLUG this, and no more: without options, a Member with nothing."""
    wanted = _wanted(permissions, administrator=administrator)
    organization, account = directory.get(slug), accounts.get(email)
    changed = membership.change(OPERATOR, organization.id, account.id, wanted, origin())
    out.one(
        {
            "account_id": account.id,
            "email": account.email,
            "role": changed.role,
            "permissions": sorted(changed.permissions),
        }
    )


@organizations.command("remove-member")
@click.argument("slug")
@click.argument("email")
@database_command
def remove_member(out: Out, slug: str, email: str) -> None:
    """Take EMAIL out of the organization SLUG; the account lives on."""
    organization, account = directory.get(slug), accounts.get(email)
    membership.remove(OPERATOR, organization.id, account.id, origin())
    out.one({"removed": account.id})


@organizations.command()
@click.argument("slug")
@click.argument("email")
@click.option("--administrator", is_flag=True, help="As Administrator.")
@click.option("--permission", "permissions", multiple=True, help="What a Member may do; repeat for more.")
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the letter."
)
@database_command
def invite(
    out: Out, slug: str, email: str, permissions: tuple[str, ...], language: str, *, administrator: bool
) -> None:
    """Invite EMAIL into the organization SLUG; the link goes out by mail."""
    wanted = _wanted(permissions, administrator=administrator)
    organization = directory.get(slug)
    made = invitations.invite(services(), OPERATOR, organization.id, email, wanted, language, origin())
    out.one(_row(made))
    out.say("The letter is on its way; `authserver organizations invitations` tells how far it is.")


@organizations.command("invitations")
@click.argument("slug")
@click.option("--after", default="", help="Address behind which to begin, for the next page.")
@click.option(
    "--limit", default=100, type=click.IntRange(1, 1000), help="How many to show.", show_default=True
)
@database_command
def list_invitations(out: Out, slug: str, after: str, limit: int) -> None:
    """List who was invited into the organization SLUG and did not accept yet."""
    organization = directory.get(slug)
    found = invitations.pending(services(), OPERATOR, organization.id, after=after, limit=limit)
    rows = [_row(each.invitation) | {"letter": each.letter, "expired": each.expired} for each in found]
    out.many(rows, "Nobody is invited.")


@organizations.command("revoke-invitation")
@click.argument("slug")
@click.argument("invitation_id")
@database_command
def revoke_invitation(out: Out, slug: str, invitation_id: str) -> None:
    """Take an invitation back; its link is void at once."""
    invitations.revoke(OPERATOR, directory.get(slug).id, invitation_id, origin())
    out.one({"revoked": invitation_id})


def _wanted(permissions: tuple[str, ...], *, administrator: bool) -> Rights:
    if administrator and permissions:
        raise Refused("An Administrator holds all permissions; name none.")
    return Rights("administrator" if administrator else "member", frozenset(permissions))


def _row(invitation: Invitation) -> dict[str, object]:
    return {
        "id": invitation.id,
        "email": invitation.email,
        "role": invitation.wanted.role,
        "permissions": sorted(invitation.wanted.permissions),
        "expires_at": invitation.expires_at,
    }
