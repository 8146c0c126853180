"""`authserver accounts` and `authserver mail`."""

import pytest

from authserver.accounts import sessions
from authserver.accounts.account import Browser
from authserver.app.factory import create_app
from authserver.base.clock import now
from authserver.config import load
from authserver.oidc.store import consents
from authserver.organizations import directory
from authserver.organizations.member import Membership
from authserver.organizations.store import memberships
from authserver.web.unit_of_work import UnitOfWork
from tests.cli.conftest import Cli
from tests.support.application import engine_of


def test_accounts_are_created_listed_shown_disabled_and_enabled(cli: Cli) -> None:
    made = cli.json("accounts", "create", "Anna@B\u00fccher.example")
    assert made["email"] == "anna@xn--bcher-kva.example"
    assert not made["operator"]
    assert made["proven_at"] is None
    assert cli.json("accounts", "list") == [made]
    assert cli.json("accounts", "list", "--search", "b") == []
    assert cli.json("accounts", "show", made["id"])["organizations"] == []
    assert cli.json("accounts", "disable", "anna@b\u00fccher.example")["disabled_at"] is not None
    assert cli.json("accounts", "enable", made["id"])["disabled_at"] is None
    assert "has an account" in cli.refused("accounts", "create", made["email"])
    assert "not an email address" in cli.refused("accounts", "create", "no address")
    assert cli.refused("accounts", "show", "no@example.com") == "There is no account no@example.com."


def test_an_operator_ends_sessions_and_what_applications_hold(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = cli.json("accounts", "create", "anna@example.com")
    application = cli.json(
        "applications", "create", "--name", "Toolbox", "--redirect-uri", "https://toolbox.test/cb"
    )["client_id"]
    for name, value in cli.variables.items():
        monkeypatch.setenv(name, str(value))
    settings = load()
    app, browser = create_app(settings), Browser("192.0.2.1", "192.0.2.1", "a browser")
    with UnitOfWork(app):
        opened = [sessions.start(settings, account["id"], "full", browser)[0].id for _ in range(3)]
        consents.remember(account["id"], application, ["openid"], now())
    engine_of(app).dispose()
    shown = cli.json("accounts", "show", "anna@example.com")
    assert (sorted(shown["sessions"]), shown["applications"]) == (sorted(opened), [application])
    one = ("accounts", "sign-out", "anna@example.com", "--session", opened[0])
    assert cli.json(*one)["ended"] == [opened[0]]
    assert "has no session" in cli.refused(*one)
    assert sorted(cli.json("accounts", "sign-out", "anna@example.com")["ended"]) == sorted(opened[1:])
    assert cli.json("accounts", "withdraw", "anna@example.com", application) == {"withdrawn": application}
    assert "holds nothing" in cli.refused("accounts", "withdraw", "anna@example.com", application)
    shown = cli.json("accounts", "show", "anna@example.com")
    assert (shown["sessions"], shown["applications"]) == ([], [])


def test_disabling_names_what_it_leaves_without_an_administrator_and_another_is_made(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, bert = (cli.json("accounts", "create", f"{name}@example.com") for name in ("anna", "bert"))
    for name, value in cli.variables.items():
        monkeypatch.setenv(name, str(value))
    app = create_app(load())
    with UnitOfWork(app):
        acme = directory.get("acme")
        memberships.add(Membership(acme, anna["id"], "administrator", now()))
        memberships.add(Membership(acme, bert["id"], "member", now()))
    engine_of(app).dispose()
    assert cli.json("accounts", "disable", "bert@example.com")["without_administrator"] == []
    cli.run("accounts", "enable", "bert@example.com")
    assert "No Administrator of acme can sign in now" in cli.run("accounts", "disable", anna["id"]).output
    assert cli.json("accounts", "disable", anna["id"])["without_administrator"] == ["acme"]
    change = ("organizations", "change-member", "acme", "bert@example.com")
    assert cli.json(*change, "--administrator")["role"] == "administrator"
    assert cli.json("accounts", "disable", anna["id"])["without_administrator"] == []
    assert "name none" in cli.refused(*change, "--administrator", "--permission", "audit:read")
    assert "no member" in cli.refused(*change[:3], cli.json("accounts", "create", "c@example.com")["id"])
    remove = ("organizations", "remove-member", "acme")
    assert "no Administrator" in cli.refused(*remove, "bert@example.com")
    assert cli.json(*remove, "anna@example.com") == {"removed": anna["id"]}
    assert [each["email"] for each in cli.json("organizations", "members", "acme")] == ["bert@example.com"]


def test_the_first_operator_is_made_by_command_and_rights_can_be_taken(cli: Cli) -> None:
    assert cli.json("accounts", "create", "boss@example.com", "--operator")["operator"]
    assert not cli.json("accounts", "revoke-operator", "boss@example.com")["operator"]
    assert cli.json("accounts", "grant-operator", "boss@example.com")["operator"]


def test_an_account_can_be_deleted_and_registered_anew_under_another_id(cli: Cli) -> None:
    made = cli.json("accounts", "create", "anna@example.com")
    assert cli.json("accounts", "delete", "anna@example.com")["deleted"] == made["id"]
    assert cli.json("accounts", "list") == []
    assert cli.json("accounts", "create", "anna@example.com")["id"] != made["id"]


def test_letters_are_listed_with_their_state_and_can_be_sent_again(cli: Cli) -> None:
    cli.json("accounts", "create", "anna@example.com")
    cli.json("accounts", "send-reset", "anna@example.com")
    letters = cli.json("mail", "list")
    assert sorted((letter["kind"], letter["state"]) for letter in letters) == [
        ("forgotten_password", "waiting"),
        ("welcome", "waiting"),
    ]
    assert {letter["recipient"] for letter in letters} == {"anna@example.com"}
    assert cli.json("mail", "retry", letters[0]["id"])["state"] == "waiting"
    assert "No letter nothing" in cli.refused("mail", "retry", "nothing")
    assert cli.json("worker", "--once") == {"sent": 2}
    assert {letter["state"] for letter in cli.json("mail", "list")} == {"sent"}
    assert cli.json("mail", "list", "--state", "failed") == []


def test_no_command_shows_a_password(cli: Cli) -> None:
    made = cli.json("accounts", "create", "anna@example.com")
    assert not any("password" in name or "hash" in name for name in made)
