from tests.cli.conftest import Cli


def test_the_first_people_of_an_organization_are_invited_from_the_terminal(cli: Cli) -> None:
    made = cli.json("organizations", "invite", "acme", "Anna@example.com", "--administrator")
    assert (made["email"], made["role"], made["permissions"]) == ("anna@example.com", "administrator", [])
    bert = cli.json("organizations", "invite", "acme", "bert@example.com", "--permission", "audit:read")
    assert (bert["role"], bert["permissions"]) == ("member", ["audit:read"])
    (first, second) = cli.json("organizations", "invitations", "acme")
    assert first == made | {"letter": "waiting", "expired": False}
    assert second["email"] == "bert@example.com"
    assert {each["kind"] for each in cli.json("mail", "list")} == {"invitation"}
    assert cli.json("organizations", "invitations", "acme", "--after", "anna@example.com") == [second]
    assert cli.json("organizations", "revoke-invitation", "acme", made["id"]) == {"revoked": made["id"]}
    assert cli.json("organizations", "invitations", "acme") == [second]
    invite = ("organizations", "invite", "acme")
    assert "invited already" in cli.refused(*invite, "bert@example.com")
    assert "not an email address" in cli.refused(*invite, "nobody")
    assert "no permission" in cli.refused(*invite, "carl@example.com", "--permission", "gone:away")
    assert "name none" in cli.refused(
        *invite, "c@example.com", "--administrator", "--permission", "audit:read"
    )
    assert cli.json("organizations", "members", "acme") == []


def test_operators_are_not_bound_by_the_limit_they_set_but_grant_within_it(cli: Cli) -> None:
    cli.run("organizations", "limit", "acme", "--permission", "audit:read")
    made = cli.json("organizations", "invite", "acme", "anna@example.com", "--permission", "audit:read")
    (waiting,) = cli.json("organizations", "invitations", "acme")
    assert waiting["id"] == made["id"]
    assert cli.json("organizations", "members", "acme") == []
    over = ("organizations", "invite", "acme", "bert@example.com", "--permission", "members:manage")
    assert "what they don't hold" in cli.refused(*over)
    assert "revoked" in cli.json("organizations", "revoke-invitation", "acme", made["id"])
    assert "deleted" in cli.json("organizations", "delete", "acme", "--name", "Acme")


def test_an_organization_is_renamed_and_goes_when_its_name_is_given(cli: Cli) -> None:
    client = cli.new_client()["client_id"]
    assert cli.json("organizations", "rename", "acme", "Acme Ltd")["name"] == "Acme Ltd"
    assert "Acme Ltd" in cli.refused("organizations", "delete", "acme", "--name", "Acme")
    cli.json("organizations", "invite", "acme", "anna@example.com")
    assert "deleted" in cli.json("organizations", "delete", "acme", "--name", " Acme  Ltd")
    assert cli.json("organizations", "list") == []
    assert "no API client" in cli.refused("clients", "show", client)
