import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from authserver import migrating
from authserver.config.master_key import FILE
from tests.cli.conftest import Cli
from tests.support.server import MASTER_KEY

OTHER_KEY = "another-master-key-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def findings(cli: Cli, exit_code: int = 1) -> list[tuple[str, str]]:
    """Return what the doctor found; text and JSON say the same and end the same."""
    as_text = cli.run("doctor", check=False)
    as_json = cli.run("doctor", "--json", check=False)
    assert as_text.exit_code == as_json.exit_code == exit_code, as_text.output
    assert "Traceback" not in as_text.output
    found = json.loads(as_json.stdout)
    assert all(finding["what"] in as_text.stdout and finding["mend"] in as_text.stdout for finding in found)
    return [(finding["severity"], finding["what"]) for finding in found]


def test_config_shows_every_setting_and_masks_secrets(cli: Cli) -> None:
    cli.variables["AUTHSERVER_METRICS_TOKEN"] = "hunter2"
    cli.variables["AUTHSERVER_REDIS_URL"] = "redis://:hunter2@localhost/0"
    cli.variables["AUTHSERVER_MAIL_URL"] = "smtp://me:hunter2@mail.example.com"
    cli.variables["AUTHSERVER_DATABASE_URL"] = "postgresql://me:hunter2@db.example.com/name?password=hunter2"
    rows = {row["variable"]: row for row in cli.json("config")}
    assert set(rows["AUTHSERVER_ISSUER"]) == {"variable", "value", "source", "meaning"}
    assert rows["AUTHSERVER_METRICS_TOKEN"]["source"] == "environment"
    assert rows["AUTHSERVER_ISSUER"]["source"] == "default"
    said = cli.run("config").stdout + str(rows)
    assert "db.example.com" in said
    assert "hunter2" not in said
    assert MASTER_KEY not in said


def test_the_doctor_finds_nothing_where_nothing_is_wrong(cli: Cli) -> None:
    assert findings(cli, exit_code=0) == []
    assert cli.run("doctor").stdout == "Everything looks well.\n"


def test_the_doctor_finds_a_missing_schema(bare: Cli) -> None:
    newest = migrating.newest_revision()
    assert findings(bare) == [("error", f"the schema is at nothing, not {newest}")]


def test_the_schema_of_a_newer_version_is_nothing_wrong(bare: Cli) -> None:
    bare.run("migrate")
    with closing(sqlite3.connect(bare.folder / "authserver.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'of the future'")
    assert [severity for severity, _ in findings(bare, exit_code=0)] == ["warning"]
    assert bare.json("migrate") == {"revision": "of the future"}


def test_the_doctor_finds_a_database_whose_folder_is_missing(bare: Cli) -> None:
    bare.variables |= {"AUTHSERVER_DATA_DIR": f"{bare.folder}/nowhere", "AUTHSERVER_MASTER_KEY": MASTER_KEY}
    assert findings(bare) == [("error", "the database does not answer (OperationalError)")]


def test_the_doctor_finds_a_wrong_master_key(cli: Cli) -> None:
    cli.variables["AUTHSERVER_MASTER_KEY"] = OTHER_KEY
    ((severity, what),) = findings(cli)
    assert severity == "error"
    assert "AUTHSERVER_MASTER_KEY is not the one that sealed it" in what


def test_the_doctor_warns_of_a_misspelt_variable_and_of_nothing_to_ask_for(bare: Cli) -> None:
    bare.variables["AUTHSERVER_ISUER"] = "http://localhost:8000"
    bare.run("migrate")
    assert findings(bare, exit_code=0) == [
        ("warning", "AUTHSERVER_ISUER names no setting"),
        ("warning", "there is no API resource, so no token can be asked for"),
    ]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_the_doctor_finds_a_master_key_that_others_can_read(bare: Cli, mode: int) -> None:
    bare.run("migrate")
    file = bare.folder / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(mode)
    assert ("error", f"{file} can be read by others") in findings(bare)


def test_the_doctor_finds_a_database_that_does_not_answer_and_shows_no_password(bare: Cli) -> None:
    bare.variables["AUTHSERVER_DATABASE_URL"] = "postgresql://me:hunter2@/name?host=/nowhere"
    assert findings(bare) == [("error", "the database does not answer (OperationalError)")]
    assert "hunter2" not in bare.run("doctor", check=False).output


def test_the_doctor_finds_a_redis_that_does_not_answer(cli: Cli) -> None:
    cli.variables["AUTHSERVER_REDIS_URL"] = "redis://:hunter2@127.0.0.1:1/0"
    ((severity, what),) = findings(cli)
    assert severity == "error"
    assert "Redis does not answer" in what
    assert "hunter2" not in cli.run("doctor", check=False).output


def test_the_doctor_warns_when_nobody_can_get_a_letter(cli: Cli) -> None:
    cli.variables |= {"AUTHSERVER_MODE": "production", "AUTHSERVER_ISSUER": "https://id.example.com"}
    ((severity, what),) = findings(cli, exit_code=0)
    assert severity == "warning"
    assert "nobody can register" in what


def test_the_doctor_finds_a_mail_server_that_can_not_be_used_and_shows_no_password(cli: Cli) -> None:
    cli.variables["AUTHSERVER_MAIL_URL"] = "smtp://me:hunter2@mail.example.com?starttls=perhaps"
    ((severity, what),) = findings(cli)
    assert severity == "error"
    assert "starttls" in what
    assert "hunter2" not in cli.run("doctor", check=False).output
    assert "starttls" in cli.refused("serve")


def test_the_doctor_tells_of_letters_that_wait_for_the_mail_server(cli: Cli) -> None:
    cli.variables["AUTHSERVER_MAIL_URL"] = "smtp://127.0.0.1:1"
    cli.json("accounts", "create", "anna@example.com")
    assert cli.json("worker", "--once") == {"sent": 0}
    ((severity, what),) = findings(cli, exit_code=0)
    assert severity == "warning"
    assert what.startswith("letters wait for the mail server: ")


def test_the_doctor_names_every_variable_that_is_wrong(bare: Cli) -> None:
    bare.variables |= {"AUTHSERVER_MODE": "production", "AUTHSERVER_ISSUER": "http://id.example.com"}
    bare.variables["AUTHSERVER_DEBUG"] = "true"
    assert [what.partition(":")[0] for _, what in findings(bare)] == ["AUTHSERVER_ISSUER", "AUTHSERVER_DEBUG"]


def test_the_doctor_finds_a_missing_key(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authserver.keys.rotation.Rotation.states", lambda _: [])
    found = findings(cli)
    assert [what for _, what in found] == [f"no {name} key signs" for name in ("ES256", "RS256", "EdDSA")]


def test_a_database_that_can_not_be_reached_is_told_in_one_line(bare: Cli) -> None:
    bare.variables["AUTHSERVER_DATABASE_URL"] = "postgresql://me:hunter2@/name?host=/nowhere"
    for command in (("clients", "list"), ("migrate",), ("keys", "list"), ("organizations", "create", "x")):
        told = bare.refused(*command)
        assert "authserver doctor" in told
        assert "hunter2" not in told


def test_settings_that_are_refused_are_told_in_one_line_by_every_command(bare: Cli) -> None:
    bare.variables["AUTHSERVER_JWKS_MAX_AGE"] = "soon"
    for command in (("config",), ("migrate",), ("clients", "list"), ("keys", "list"), ("serve",)):
        assert bare.refused(*command).startswith("AUTHSERVER_JWKS_MAX_AGE: ")


def test_a_folder_that_can_not_be_made_is_told_in_one_line(bare: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    bare.variables["AUTHSERVER_MASTER_KEY"] = MASTER_KEY
    bare.variables["AUTHSERVER_DATABASE_URL"] = f"sqlite:///{tmp_path}/file/deep/test.db"
    for command in (("migrate",), ("serve",)):
        assert "file" in bare.refused(*command)
