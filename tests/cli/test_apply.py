"""`authserver apply`: one file says what is to be."""

import hashlib
import json
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from sqlalchemy.exc import DBAPIError

from authserver.clients.reconciliation import Change, Reconciliation, Rehearsed
from tests.cli.conftest import Cli

CLIENT = "0190d0f3-6a1b-4c55-9d3e-2f1c8a7b6e54"
SECRET = "a-secret-that-somebody-else-made-0123456789"
WHOLE = f"""
[organizations.globex]
name = "Globex"

[resources.orders]
scopes = ["orders:read", "orders:write"]
audience = "https://orders.example.com"
lifetime = 600

[applications.toolbox]
name = "Toolbox"
redirect_uris = ["https://toolbox.example.com/callback"]
post_logout_redirect_uris = ["https://toolbox.example.com/"]
scopes = ["openid", "profile", "email", "orders:read"]
first_party = true
secret = "${{TOOLBOX_SECRET}}"

[applications.spa]
name = "Browser application"
public = true
redirect_uris = ["https://spa.example.com/"]

[api_clients.{CLIENT}]
organization = "globex"
name = "Order import"
scopes = ["orders:read"]
secret_sha256 = "{hashlib.sha256(SECRET.encode()).hexdigest()}"
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file, and the variable that it names."""
    monkeypatch.setenv("TOOLBOX_SECRET", SECRET)
    path = tmp_path / "server.toml"
    path.write_text(WHOLE)
    return path


def acts(cli: Cli, file: Path, *options: str) -> list[tuple[str, str, str]]:
    return [(each["act"], each["kind"], each["key"]) for each in cli.json("apply", str(file), *options)]


def test_what_is_missing_is_made_and_doing_it_again_changes_nothing(cli: Cli, file: Path) -> None:
    made = acts(cli, file)
    assert [each for each in made if each[0] == "create"] == [
        ("create", "organization", "globex"),
        ("create", "resource", "orders"),
        ("create", "application", "toolbox"),
        ("create", "application", "spa"),
        ("create", "api_client", CLIENT),
    ]
    assert acts(cli, file) == []
    assert cli.json("applications", "show", "toolbox")["first_party"] is True
    assert [each["label"] for each in cli.json("clients", "secrets", "list", CLIENT)] == ["declared"]
    assert cli.json("applications", "secrets", "list", "spa") == []


def test_a_rehearsal_shows_the_differences_and_changes_nothing(cli: Cli, file: Path) -> None:
    assert len(acts(cli, file, "--dry-run")) == 7
    assert cli.json("applications", "list") == []
    assert len(acts(cli, file)) == 7


def test_what_differs_is_changed_and_what_is_not_named_stays(cli: Cli, file: Path) -> None:
    acts(cli, file)
    cli.json(
        "applications",
        "create",
        "--name",
        "Other",
        "--client-id",
        "other",
        "--redirect-uri",
        "https://o.test/",
    )
    file.write_text(WHOLE.replace('"Toolbox"', '"Toolbox 2"').replace("lifetime = 600", "lifetime = 900"))
    changes = cli.json("apply", str(file))
    assert [(each["kind"], each["key"], each["what"]) for each in changes] == [
        ("resource", "orders", ["lifetime"]),
        ("application", "toolbox", ["name"]),
    ]
    assert cli.json("applications", "show", "other")["name"] == "Other"


def test_prune_removes_what_an_earlier_apply_made_and_nothing_else(cli: Cli, file: Path) -> None:
    acts(cli, file)
    cli.json(
        "applications",
        "create",
        "--name",
        "Other",
        "--client-id",
        "other",
        "--redirect-uri",
        "https://o.test/",
    )
    (acme,) = [each for each in cli.json("organizations", "list") if each["slug"] == "acme"]
    file.write_text(f'[organizations.acme]\nname = "Acme"\nid = "{acme["id"]}"\n')
    assert acts(cli, file) == []
    assert acts(cli, file, "--prune") == [
        ("delete", "api_client", CLIENT),
        ("delete", "application", "spa"),
        ("delete", "application", "toolbox"),
        ("delete", "resource", "orders"),
    ]
    assert [each["client_id"] for each in cli.json("applications", "list")] == ["other"]
    assert [each["slug"] for each in cli.json("organizations", "list")] == ["acme", "globex"]
    assert [each["name"] for each in cli.json("resources", "list")] == ["management", "webapi"]


def test_a_declared_secret_replaces_the_one_declared_before_and_spares_others(
    cli: Cli, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts(cli, file)
    cli.json("applications", "secrets", "add", "toolbox", "--label", "by hand")
    first = cli.json("applications", "secrets", "list", "toolbox")
    monkeypatch.setenv("TOOLBOX_SECRET", SECRET + "-next")
    assert acts(cli, file) == [("update", "application", "toolbox")]
    second = cli.json("applications", "secrets", "list", "toolbox")
    assert sorted(each["label"] for each in second) == ["by hand", "declared"]
    assert {each["id"] for each in first} != {each["id"] for each in second}


def test_a_secret_may_come_from_a_file(cli: Cli, file: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n")
    file.write_text(WHOLE.replace('secret = "${TOOLBOX_SECRET}"', f'secret_file = "{tmp_path / "secret"}"'))
    acts(cli, file)
    file.write_text(WHOLE)
    assert acts(cli, file) == []


def test_keys_may_come_from_a_file(cli: Cli, file: Path, tmp_path: Path) -> None:
    keys = {"keys": [ECKey.generate_key("P-256").as_dict(private=False)]}
    (tmp_path / "keys.json").write_text(json.dumps(keys))
    method = f'auth_method = "private_key_jwt"\njwks_file = "{tmp_path / "keys.json"}"'
    file.write_text(WHOLE.replace('secret = "${TOOLBOX_SECRET}"', method))
    acts(cli, file)
    assert cli.json("applications", "show", "toolbox")["jwks"] == keys
    assert acts(cli, file) == []
    (tmp_path / "keys.json").write_text("no json")
    assert "no JSON" in cli.refused("apply", str(file))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"${TOOLBOX_SECRET}"', f'"{SECRET}"', "applications.toolbox.secret must be a variable"),
        ("${TOOLBOX_SECRET}", "${NOT_SET}", "The variable NOT_SET is not set"),
        ("first_party = true", "first_partie = true", "applications.toolbox.first_partie"),
        ("lifetime = 600", 'lifetime = "long"', "resources.orders.lifetime"),
        ("lifetime = 600", "lifetime = 6", "lifetime has"),
        ("public = true", 'public = true\nauth_method = "client_secret_post"', "does not authenticate"),
        ('organization = "globex"', 'organization = "nobody"', "no organization nobody"),
        ('secret_sha256 = "', 'secret_sha256 = "x', "hexadecimal"),
        ("secret_sha256 =", 'secret_file = "/nowhere"\nsecret_sha256 =', "give one of"),
        ("https://spa.example.com/", "http://spa.example.com/", "https"),
        ('name = "Globex"', "name = ", "server.toml"),
    ],
)
def test_a_file_that_is_wrong_somewhere_changes_nothing_at_all(
    cli: Cli, file: Path, old: str, new: str, why: str
) -> None:
    assert old in WHOLE
    file.write_text(WHOLE.replace(old, new, 1))
    refusal = cli.refused("apply", str(file))
    assert why in refusal
    assert SECRET not in refusal
    assert cli.json("applications", "list") == []
    assert [each["slug"] for each in cli.json("organizations", "list")] == ["acme"]


def test_a_secret_that_could_be_guessed_is_refused(
    cli: Cli, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOLBOX_SECRET", "short")
    assert "at least 32" in cli.refused("apply", str(file))


def test_a_client_does_not_move_to_another_organization(cli: Cli, file: Path) -> None:
    acts(cli, file)
    file.write_text(WHOLE.replace('organization = "globex"', 'organization = "acme"'))
    assert "can't move" in cli.refused("apply", str(file))


def test_a_file_of_megabytes_is_not_read(cli: Cli, file: Path) -> None:
    file.write_text("#" * 2_000_000)
    assert "KiB" in cli.refused("apply", str(file))


def test_permissions_of_resources_are_declared_and_those_not_named_stay(cli: Cli, file: Path) -> None:
    acts(cli, file)
    lines = (
        '\n[resources.orders.permissions]\n"orders:manage" = "Change orders"\n"orders:see" = "See orders"\n'
    )
    file.write_text(WHOLE + lines)
    assert acts(cli, file) == [("update", "resource", "orders")]
    assert acts(cli, file) == []
    found = cli.json("resources", "permissions", "list", "orders")
    assert [(each["name"], each["description"]) for each in found] == [
        ("orders:manage", "Change orders"),
        ("orders:see", "See orders"),
    ]
    file.write_text(WHOLE)
    assert acts(cli, file) == []
    assert len(cli.json("resources", "permissions", "list", "orders")) == 2
    file.write_text(WHOLE + '\n[resources.orders.permissions]\n"orders:see" = "See orders"\n')
    assert acts(cli, file) == [("update", "resource", "orders")]
    assert [each["name"] for each in cli.json("resources", "permissions", "list", "orders")] == ["orders:see"]


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_what_the_database_refuses_because_of_something_else_is_done_again_as_a_whole(
    cli: Cli, file: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    expected = acts(cli, file, "--dry-run")
    run, refusals = Reconciliation.run, [DeadlockError("40P01")]

    def refused_at_the_end(self: Reconciliation, **choices: bool) -> list[Change]:
        changes = run(self, **choices | {"rehearse": False})
        if refusals:
            raise DBAPIError("", {}, refusals.pop())
        if choices["rehearse"]:
            raise Rehearsed(changes)
        return changes

    monkeypatch.setattr(Reconciliation, "run", refused_at_the_end)
    assert acts(cli, file, *options) == expected
    assert not refusals


class DeadlockError(Exception):
    """What a driver raises, with its SQLSTATE."""

    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate
