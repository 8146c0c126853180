from tests.cli.conftest import Cli


def test_organizations_are_created_listed_shown_disabled_and_enabled(cli: Cli) -> None:
    other = cli.json("organizations", "create", "Zürich & Sons")
    assert other["slug"] == "zurich-sons"
    assert other["disabled_at"] is None
    assert [one["slug"] for one in cli.json("organizations", "list")] == ["acme", "zurich-sons"]
    assert cli.json("organizations", "list", "--after", "acme", "--limit", "1") == [other]
    assert cli.json("organizations", "show", other["slug"]) == cli.json("organizations", "show", other["id"])
    assert cli.json("organizations", "disable", "zurich-sons")["disabled_at"] is not None
    assert cli.json("organizations", "enable", other["id"])["disabled_at"] is None
    assert cli.refused("organizations", "show", "nobody") == "There is no organization nobody."
    assert cli.refused("organizations", "create", "Again", "--slug", "acme") == "The slug acme is taken."
    assert "slug has" in cli.refused("organizations", "create", "Again", "--slug", "Not A Slug")


def test_resources_are_created_listed_shown_and_changed(cli: Cli) -> None:
    made = cli.json("resources", "create", "tiles", "--scope", "tiles", "--scope", "tiles.write")
    assert made == {
        "name": "tiles",
        "audience": "tiles",
        "scopes": ["tiles", "tiles.write"],
        "algorithm": "ES256",
        "claim_style": "rfc9068",
        "lifetime": 3600,
        "internal": False,
    }
    assert [one["name"] for one in cli.json("resources", "list")] == ["management", "tiles", "webapi"]
    changes = ("--audience", "https://tiles.example.com", "--algorithm", "RS256", "--lifetime", "300")
    changed = cli.json("resources", "update", "tiles", *changes, "--claim-style", "identityserver")
    assert changed == made | {
        "audience": "https://tiles.example.com",
        "algorithm": "RS256",
        "claim_style": "identityserver",
        "lifetime": 300,
    }
    assert cli.json("resources", "update", "tiles", "--internal") == changed | {"internal": True}
    assert cli.json("resources", "update", "tiles", "--offered") == changed
    assert cli.json("resources", "update", "tiles", "--scope", "maps")["scopes"] == ["maps"]
    assert cli.json("resources", "show", "tiles") == changed | {"scopes": ["maps"]}
    assert "belongs to another" in cli.refused("resources", "update", "tiles", "--scope", "webapi")
    assert "There is no resource nothing." in cli.refused(
        "resources", "update", "nothing", "--lifetime", "300"
    )
    assert "already" in cli.refused("resources", "create", "tiles", "--scope", "new")
    for bad in (
        ("--lifetime", "59"),
        ("--lifetime", "3601"),
        ("--algorithm", "HS256"),
        ("--algorithm", "none"),
    ):
        assert cli.run("resources", "update", "tiles", *bad, check=False).exit_code == 2


def test_the_lifetime_of_tokens_comes_from_the_settings_where_none_is_named(cli: Cli) -> None:
    cli.variables["AUTHSERVER_ACCESS_TOKEN_LIFETIME"] = "600"
    assert cli.json("resources", "create", "tiles", "--scope", "tiles")["lifetime"] == 600


def test_permissions_of_a_resource_are_added_listed_and_removed(cli: Cli) -> None:
    added = cli.json("resources", "permissions", "add", "webapi", "billing:read", "See  invoices")
    assert added == {"name": "billing:read", "description": "See invoices", "resource": "webapi"}
    assert cli.json("resources", "permissions", "list", "webapi") == [added]
    assert "server itself" in cli.refused("resources", "permissions", "add", "webapi", "audit:read", "Mine")
    assert "no permission" in cli.refused("resources", "permissions", "remove", "webapi", "other:one")
    assert cli.json("resources", "permissions", "remove", "webapi", "billing:read")["removed"]
    assert cli.json("resources", "permissions", "list", "webapi") == []
    assert "no resource" in cli.refused("resources", "permissions", "list", "nothing")


def test_an_organization_is_limited_to_permissions_and_allowed_all_again(cli: Cli) -> None:
    limited = cli.json(
        "organizations", "limit", "acme", "--permission", "members:manage", "--permission", "audit:read"
    )
    assert limited["limited_to"] == ["audit:read", "members:manage"]
    assert cli.json("organizations", "show", "acme") == limited
    assert cli.json("organizations", "limit", "acme", "--all")["limited_to"] is None
    for wrong in ((), ("--all", "--permission", "audit:read")):
        assert cli.refused("organizations", "limit", "acme", *wrong) == "Name permissions, or give --all."
    assert "no permission" in cli.refused("organizations", "limit", "acme", "--permission", "x:y")
