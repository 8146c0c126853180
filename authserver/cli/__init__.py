"""The `authserver` command: everything an operator does. Each file here is one group of commands."""

import click

from authserver.cli.clients import clients
from authserver.cli.configuration import config
from authserver.cli.doctor import doctor
from authserver.cli.keys import keys
from authserver.cli.migrate import migrate
from authserver.cli.organizations import organizations
from authserver.cli.resources import resources
from authserver.cli.serve import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="authserver")
def main() -> None:
    """Identity and single sign-on server: OpenID Connect and OAuth 2.

    Settings come from AUTHSERVER_* variables, then the TOML file that AUTHSERVER_CONFIG names, then defaults;
    `authserver config` shows them all.
    """


for command in (serve, migrate, config, doctor, organizations, resources, clients, keys):
    main.add_command(command)
