"""The `authserver` command: everything an operator does. Each file here is a command or a group."""

import importlib

import click

COMMANDS = {
    "serve": "serve",
    "migrate": "migrate",
    "config": "configuration",
    "doctor": "doctor",
    "worker": "worker",
    "accounts": "accounts",
    "mail": "mail",
    "organizations": "organizations",
    "resources": "resources",
    "clients": "clients",
    "applications": "applications",
    "apply": "apply",
    "keys": "keys",
    "audit": "audit",
}
"""Names of commands and the files they live in; a file is loaded when its command is asked for."""


class Commands(click.Group):
    """The commands of the table above, loaded when they are needed, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name, None when there is none."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"authserver.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="authserver")
def main() -> None:
    """Identity and single sign-on server: OpenID Connect and OAuth 2.

    Settings come from AUTHSERVER_* variables, then the TOML file that AUTHSERVER_CONFIG names, then defaults;
    `authserver config` shows them all.
    """
