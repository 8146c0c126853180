import json
import re
from typing import Any

from authserver.base.clock import now
from tests.cli.conftest import Cli

SECRET = re.compile(r"asec_[0-9A-Za-z]{49}")
CHOSEN = "0190d0f3-6a1b-4c55-9d3e-2f1c8a7b6e54"


def test_a_new_client_is_printed_as_exactly_four_facts(cli: Cli) -> None:
    made = cli.new_client("--scope", "webapi.read", "--client-id", CHOSEN.upper())
    assert set(made) == {"client_id", "client_secret", "organization_id", "scopes"}
    assert made["client_id"] == CHOSEN
    assert SECRET.fullmatch(made["client_secret"])
    assert made["organization_id"] == cli.json("organizations", "show", "acme")["id"]
    assert made["scopes"] == ["webapi", "webapi.read"]


def test_a_client_holds_the_permissions_that_it_is_given(cli: Cli) -> None:
    client = cli.new_client("--permission", "members:manage", "--permission", "audit:read")["client_id"]
    shown = cli.json("clients", "show", client)
    assert shown["permissions"] == ["audit:read", "members:manage"]
    assert cli.json("clients", "update", client, "--name", "Other")["permissions"] == shown["permissions"]
    update = ("clients", "update", client)
    assert cli.json(*update, "--permission", "audit:read")["permissions"] == ["audit:read"]
    assert cli.json(*update, "--no-permissions")["permissions"] == []
    assert "no permission gone:away" in cli.refused(*update, "--permission", "gone:away")
    assert "--no-permissions" in cli.refused(*update, "--permission", "audit:read", "--no-permissions")


def test_for_people_the_secret_is_printed_once_and_said_to_be(cli: Cli) -> None:
    create = ("clients", "create", "--organization", "acme", "--name", "Reports", "--scope", "webapi")
    said = cli.run(*create).stdout
    assert len(SECRET.findall(said)) == 1
    assert "The secret is shown this once." in said


def test_clients_are_listed_shown_changed_and_deleted(cli: Cli) -> None:
    made = cli.new_client()
    client = made["client_id"]
    shown = cli.json("clients", "show", client)
    assert shown == {
        "id": client,
        "organization_id": made["organization_id"],
        "name": "Reports",
        "scopes": ["webapi"],
        "auth_methods": ["client_secret_basic", "client_secret_post"],
        "created_at": shown["created_at"],
        "disabled_at": None,
        "permissions": [],
    }
    assert cli.json("clients", "list") == cli.json("clients", "list", "--organization", "acme") == [shown]
    changes = ("--name", "New", "--scope", "webapi.read", "--auth-method", "client_secret_post")
    changed = cli.json("clients", "update", client, *changes)
    assert changed == shown | {
        "name": "New", "scopes": ["webapi.read"], "auth_methods": ["client_secret_post"]
    }  # fmt: skip
    assert cli.json("clients", "update", client) == changed
    assert cli.json("clients", "disable", client)["disabled_at"] is not None
    assert cli.json("clients", "enable", client)["disabled_at"] is None
    assert cli.json("clients", "delete", client) == {"deleted": client}
    assert cli.json("clients", "list") == []
    assert cli.refused("clients", "show", client) == f"There is no API client {client}."
    assert "given out before" in cli.refused(
        "clients",
        "create",
        "--organization",
        "acme",
        "--name",
        "x",
        "--scope",
        "webapi",
        "--client-id",
        client,
    )


def test_long_lists_come_in_pages(cli: Cli) -> None:
    ids = sorted(cli.new_client()["client_id"] for _ in range(3))
    first = cli.json("clients", "list", "--limit", "2")
    rest = cli.json("clients", "list", "--after", first[-1]["id"])
    assert [client["id"] for client in first + rest] == ids
    assert cli.run("clients", "list", "--limit", "0", check=False).exit_code == 2


def test_secrets_are_added_listed_and_revoked(cli: Cli) -> None:
    client = cli.new_client("--secret-expires-in", "90d")["client_id"]
    (first,) = cli.json("clients", "secrets", "list", client)
    assert abs(first["expires_at"] - now() - 90 * 86_400) < 60
    added = cli.json("clients", "secrets", "add", client, "--label", "next", "--expires-in", "12h")
    assert set(added) == {"secret_id", "secret", "label", "expires_at"}
    assert SECRET.fullmatch(added["secret"])
    listed = cli.json("clients", "secrets", "list", client)
    assert {secret["label"]: secret["last_used_at"] for secret in listed} == {"first": None, "next": None}
    assert cli.json("clients", "secrets", "revoke", client, first["id"]) == {"revoked": first["id"]}
    assert [secret["id"] for secret in cli.json("clients", "secrets", "list", client)] == [added["secret_id"]]
    assert "has no secret" in cli.refused("clients", "secrets", "revoke", client, first["id"])
    assert "no API client" in cli.refused("clients", "secrets", "add", CHOSEN)


def test_a_resource_has_secrets_too(cli: Cli) -> None:
    added = cli.json("resources", "secrets", "add", "webapi")
    assert SECRET.fullmatch(added["secret"])
    (listed,) = cli.json("resources", "secrets", "list", "webapi")
    assert listed["id"] == added["secret_id"]
    cli.run("resources", "secrets", "revoke", "webapi", added["secret_id"])
    assert cli.json("resources", "secrets", "list", "webapi") == []


def test_no_command_shows_a_secret_again(cli: Cli) -> None:
    made = cli.new_client()
    client = made["client_id"]
    secrets = [made["client_secret"], cli.json("clients", "secrets", "add", client)["secret"]]
    asked = (
        ("clients", "show", client),
        ("clients", "list"),
        ("clients", "secrets", "list", client),
        ("clients", "update", client, "--name", "New"),
        ("clients", "disable", client),
        ("config",),
        ("doctor",),
        ("keys", "list"),
    )
    for arguments in asked:
        said = cli.run(*arguments).output + json.dumps(cli.json(*arguments))
        assert not SECRET.search(said)
        assert not [secret for secret in secrets if secret[10:30] in said]


def test_lists_for_people_are_tables_with_times_that_people_can_read(cli: Cli) -> None:
    client: Any = cli.new_client()["client_id"]
    header, row = cli.run("clients", "list").stdout.splitlines()
    assert header.split()[:2] == ["ID", "ORGANIZATION"]
    assert row.startswith(client)
    assert re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row)
    cli.run("clients", "delete", client)
    assert "authserver clients create" in cli.run("clients", "list").stdout


def test_a_command_that_is_refused_halfway_leaves_nothing(cli: Cli) -> None:
    create = ("clients", "create", "--organization", "acme", "--name", "x", "--scope", "webapi")
    assert "no scope unknown" in cli.refused(*create, "--scope", "unknown")
    assert "no organization nobody" in cli.refused(*create, "--organization", "nobody")
    assert "UUID" in cli.refused(*create, "--client-id", "mine")
    for duration in ("soon", "0s", "-1d", "99999d", "1w", ""):
        assert cli.run(*create, "--secret-expires-in", duration, check=False).exit_code == 2
    assert cli.json("clients", "list") == []
