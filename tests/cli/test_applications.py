"""`authserver applications`."""

import json
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from tests.cli.conftest import Cli

CB = "https://rp.test/cb"


def created(cli: Cli, *options: str) -> dict[str, object]:
    made = cli.json("applications", "create", "--name", "Toolbox", "--redirect-uri", CB, *options)
    assert isinstance(made, dict)
    return made


def test_a_confidential_application_gets_a_secret_that_is_shown_once(cli: Cli) -> None:
    made = created(cli)
    assert str(made["client_secret"]).startswith("asec_")
    assert made["auth_method"] == "client_secret_basic"
    shown = cli.run("applications", "show", str(made["client_id"])).output
    assert str(made["client_secret"]) not in shown
    assert [
        each["label"] for each in cli.json("applications", "secrets", "list", str(made["client_id"]))
    ] == ["first"]


def test_a_public_application_has_none(cli: Cli) -> None:
    assert created(cli, "--public")["client_secret"] is None
    assert "does not authenticate" in cli.refused(
        "applications",
        "create",
        "--name",
        "X",
        "--redirect-uri",
        CB,
        "--public",
        "--auth-method",
        "client_secret_post",
    )


def test_applications_are_listed_shown_changed_disabled_enabled_and_deleted(cli: Cli) -> None:
    made = created(cli, "--client-id", "toolbox", "--scope", "openid", "--scope", "webapi", "--first-party")
    assert made["client_id"] == "toolbox"
    assert [each["client_id"] for each in cli.json("applications", "list")] == ["toolbox"]
    changed = cli.json(
        "applications", "update", "toolbox",
        "--name", "Toolbox 2",
        "--post-logout-redirect-uri", "https://rp.test/bye",
        "--backchannel-logout-uri", "https://rp.test/logout",
        "--cors-origin", "https://rp.test",
        "--logo-uri", "https://127.0.0.1/logo.png",
        "--id-token-algorithm", "ES256",
        "--third-party",
    )  # fmt: skip
    assert changed == cli.json("applications", "show", "toolbox")
    assert changed["name"] == "Toolbox 2"
    assert changed["redirect_uris"] == [CB]
    assert changed["scopes"] == ["openid", "webapi"]
    assert changed["first_party"] is False
    assert cli.json("applications", "disable", "toolbox")["disabled_at"] is not None
    assert cli.json("applications", "enable", "toolbox")["disabled_at"] is None
    assert cli.json("applications", "delete", "toolbox") == {"deleted": "toolbox"}
    assert "no application toolbox" in cli.refused("applications", "show", "toolbox")
    assert "given out before" in cli.refused(
        "applications", "create", "--name", "X", "--redirect-uri", CB, "--client-id", "toolbox"
    )


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--redirect-uri", "http://rp.test/cb"), "https"),
        (("--client-id", "with space"), "client id"),
        (("--scope", "profile"), "openid"),
        (("--scope", "openid", "--scope", "nothing"), "no scope nothing"),
        (("--public", "--profile", "legacy"), "confidential"),
        (("--auth-method", "private_key_jwt"), "needs the application's keys"),
        (("--cors-origin", "null"), "CORS URI null"),
        (("--policy-uri", "ftp://rp.test/"), "needs https"),
    ],
)
def test_what_does_not_go_together_is_refused(cli: Cli, options: tuple[str, ...], why: str) -> None:
    arguments = ("applications", "create", "--name", "X", "--redirect-uri", CB)
    refusal = cli.refused(*arguments, *options)
    assert why in refusal
    assert cli.json("applications", "list") == []


def test_keys_come_from_a_file_and_must_be_public(cli: Cli, tmp_path: Path) -> None:
    key = ECKey.generate_key("P-256")
    public, private = tmp_path / "public.json", tmp_path / "private.json"
    public.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    private.write_text(json.dumps({"keys": [key.as_dict(private=True)]}))
    options = ("--auth-method", "private_key_jwt", "--jwks-file")
    made = created(cli, *options, str(public))
    assert made["client_secret"] is None
    arguments = ("applications", "create", "--name", "X", "--redirect-uri", CB, *options)
    assert "public ones" in cli.refused(*arguments, str(private))
    for broken in ("no json", "[]", "{}", '{"keys": [1]}', '{"keys": []}'):
        public.write_text(broken)
        assert cli.refused(*arguments, str(public))


def test_a_scope_that_an_application_holds_stays(cli: Cli) -> None:
    created(cli, "--scope", "openid", "--scope", "webapi")
    assert "held by applications" in cli.refused("resources", "update", "webapi", "--scope", "other")
