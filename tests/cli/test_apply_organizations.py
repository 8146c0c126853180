"""Which organization a declaration means: people choose slugs themselves, and leave them for others."""

import uuid
from pathlib import Path

import pytest

from authserver.audit.log import SYSTEM
from authserver.organizations import directory
from authserver.web.unit_of_work import UnitOfWork
from tests.cli.conftest import Cli
from tests.support.application import application

CLIENT = str(uuid.uuid4())
FILE = f"""
[organizations.globex]
name = "Globex"

[api_clients.{CLIENT}]
organization = "globex"
name = "Import"
scopes = ["webapi"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "server.toml"
    path.write_text(FILE)
    return path


def ids(cli: Cli) -> dict[str, str]:
    return {each["slug"]: each["id"] for each in cli.json("organizations", "list")}


def owner(cli: Cli) -> str:
    return str(cli.json("clients", "show", CLIENT)["organization_id"])


def test_whoever_takes_a_declared_slug_first_gets_nothing_that_was_meant_for_another(
    cli: Cli, file: Path
) -> None:
    cli.run("organizations", "create", "Somebody else", "--slug", "globex")
    refusal = cli.refused("apply", str(file))
    assert f'id = "{ids(cli)["globex"]}"' in refusal
    assert cli.json("clients", "list") == []
    assert cli.json("organizations", "show", "globex")["name"] == "Somebody else"


def test_an_organization_that_was_made_otherwise_is_meant_when_its_id_is_named(cli: Cli, file: Path) -> None:
    cli.run("organizations", "create", "Globex", "--slug", "globex")
    present = ids(cli)["globex"]
    file.write_text(FILE.replace('name = "Globex"', f'name = "Globex Inc."\nid = "{present}"'))
    cli.run("apply", str(file))
    assert owner(cli) == present
    assert cli.json("organizations", "show", "globex")["name"] == "Globex Inc."
    file.write_text(FILE.replace('name = "Globex"', f'name = "Globex"\nid = "{uuid.uuid4()}"'))
    assert "There is no organization" in cli.refused("apply", str(file))


def test_a_declared_organization_stays_the_same_when_it_moves_and_another_takes_its_slug(
    cli: Cli, file: Path, schema_url: str, tmp_path: Path
) -> None:
    cli.run("apply", str(file))
    made = ids(cli)["globex"]
    with application(schema_url, tmp_path) as app, UnitOfWork(app):
        directory.set_slug(directory.get("globex"), "globex-2", SYSTEM)
    cli.run("organizations", "create", "Somebody else", "--slug", "globex")
    file.write_text(FILE.replace('name = "Globex"', 'name = "Globex Inc."'))
    cli.run("apply", str(file))
    assert owner(cli) == made
    shown = {each["slug"]: each["name"] for each in cli.json("organizations", "list")}
    assert (shown["globex"], shown["globex-2"]) == ("Somebody else", "Globex Inc.")
    assert cli.json("apply", str(file)) == cli.json("apply", str(file), "--dry-run")
