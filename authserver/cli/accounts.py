"""`authserver accounts`: the people, as operators see them."""

import click

from authserver.accounts import directory, sessions
from authserver.accounts.account import Account
from authserver.accounts.store import accounts as store
from authserver.accounts.store import sessions as sessions_store
from authserver.base.clock import now
from authserver.base.errors import NotFound
from authserver.cli.frame import Out, Row, database_command, origin
from authserver.oidc import withdrawal
from authserver.oidc.store import consents, grants
from authserver.organizations import membership
from authserver.organizations.store import memberships


@click.group()
def accounts() -> None:
    """Create, list, show, sign out, disable, enable and delete accounts; send letters; grant rights."""


@accounts.command()
@click.argument("email")
@click.option("--operator", is_flag=True, help="With rights over the whole server.")
@database_command
def create(out: Out, email: str, *, operator: bool) -> None:
    """Create an account for EMAIL; its first password goes out by mail."""
    out.one(_row(directory.create(email, origin(), operator=operator)))
    out.say("The letter with the first password is on its way; `authserver mail list` tells how far it is.")


@accounts.command("list")
@click.option("--search", default="", help="How the address begins.")
@click.option("--after", default="", help="Address behind which to begin, for the next page.")
@click.option(
    "--limit", default=100, type=click.IntRange(1, 1000), help="How many to show.", show_default=True
)
@database_command
def list_(out: Out, search: str, after: str, limit: int) -> None:
    """List accounts by address."""
    rows = [_row(account) for account in store.page(search=search.lower(), after=after, limit=limit)]
    out.many(rows, "There is no such account; make one with: authserver accounts create EMAIL")


@accounts.command()
@click.argument("email")
@database_command
def show(out: Out, email: str) -> None:
    """Show the account of EMAIL (or id)."""
    account = directory.get(email)
    belongs = [f"{each.organization.slug}:{each.role}" for each in memberships.of_account(account.id)]
    agreed = {consent.client_id for consent in consents.of(account.id)}
    out.one(
        {
            **_row(account),
            "organizations": belongs,
            "sessions": [session.id for session in sessions_store.of(account.id, now())],
            "applications": sorted(agreed | set(grants.clients_of(account.id, now()))),
        }
    )


@accounts.command("sign-out")
@click.argument("email")
@click.option("--session", help="Only this one; all sessions when left out.")
@database_command
def sign_out(out: Out, email: str, session: str | None) -> None:
    """End the sessions of EMAIL; applications that listen are told."""
    account = directory.get(email)
    if session is None:
        out.one({"ended": sessions.end_all(account.id, origin())})
        return
    if not sessions.end(account.id, session, origin()):
        raise NotFound(f"{account.email} has no session {session}.")
    out.one({"ended": [session]})


@accounts.command()
@click.argument("email")
@click.argument("application")
@database_command
def withdraw(out: Out, email: str, application: str) -> None:
    """End what APPLICATION may do for EMAIL: its consent and its refresh tokens."""
    account = directory.get(email)
    if not withdrawal.withdraw(account.id, application, origin()):
        raise NotFound(f"{application} holds nothing of {account.email}.")
    out.one({"withdrawn": application})


@accounts.command()
@click.argument("email")
@database_command
def disable(out: Out, email: str) -> None:
    """Disable the account of EMAIL: every session ends at once."""
    account = directory.set_disabled(directory.get(email), origin(), disabled=True)
    unattended = [organization.slug for organization in membership.unattended(account.id)]
    out.one({**_row(account), "without_administrator": unattended})
    for slug in unattended:
        out.say(f"No Administrator of {slug} can sign in now; make another member one with:")
        out.say(f"authserver organizations change-member {slug} EMAIL --administrator")


@accounts.command()
@click.argument("email")
@database_command
def enable(out: Out, email: str) -> None:
    """Enable the account of EMAIL again."""
    out.one(_row(directory.set_disabled(directory.get(email), origin(), disabled=False)))


@accounts.command("send-reset")
@click.argument("email")
@database_command
def send_reset(out: Out, email: str) -> None:
    """Send a letter to EMAIL with which the person gets in again. Nobody else sees what is in it."""
    account = directory.get(email)
    directory.send_reset(account, origin())
    out.one(_row(account))


@accounts.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Don't ask.")
@database_command
def delete(out: Out, email: str, *, yes: bool) -> None:
    """Delete the account of EMAIL for ever, with organizations that nobody else belongs to."""
    account = directory.get(email)
    if not yes and not out.as_json:
        click.confirm(f"Delete {account.email} for ever?", abort=True)
    directory.close(account, origin())
    out.one({"deleted": account.id, "email": account.email})


@accounts.command("grant-operator")
@click.argument("email")
@database_command
def grant_operator(out: Out, email: str) -> None:
    """Give the person of EMAIL the rights over the whole server."""
    out.one(_row(directory.set_operator(directory.get(email), origin(), operator=True)))


@accounts.command("revoke-operator")
@click.argument("email")
@database_command
def revoke_operator(out: Out, email: str) -> None:
    """Take the rights over the server from the person of EMAIL."""
    out.one(_row(directory.set_operator(directory.get(email), origin(), operator=False)))


def _row(account: Account) -> Row:
    return {
        "id": account.id,
        "email": account.email,
        "operator": account.operator,
        "created_at": account.created_at,
        "proven_at": account.email_proven_at,
        "last_sign_in_at": account.last_sign_in_at,
        "disabled_at": account.disabled_at,
    }
