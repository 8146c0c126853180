import csv
import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click import BadParameter
from sqlalchemy import create_engine, text

from authserver.cli.moments import Moment
from tests.cli.conftest import Cli
from tests.cli.test_keys import NEW_KEY
from tests.support.server import MASTER_KEY

DAY = 86_400


def change(cli: Cli, statement: str, **values: object) -> None:
    """Do what somebody with the database but without the master key could do."""
    url = str(cli.variables["AUTHSERVER_DATABASE_URL"])
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


def actions(listed: list[dict[str, Any]]) -> set[str]:
    return {event["action"] for event in listed}


def test_events_are_listed_newest_first_and_filtered(cli: Cli) -> None:
    cli.new_client()
    listed = cli.json("audit", "list")
    assert [event["id"] for event in listed] == sorted((event["id"] for event in listed), reverse=True)
    assert actions(listed) > {"organization.created", "key.created"}
    assert actions(cli.json("audit", "list", "--action", "key.")) == {"key.created"}
    of_acme = cli.json("audit", "list", "--organization", "acme")
    assert {event["organization_id"] for event in of_acme} == {of_acme[0]["organization_id"]}
    assert cli.json("audit", "list", "--organization", of_acme[0]["organization_id"]) == of_acme
    assert cli.json("audit", "list", "--organization", str(uuid.uuid4())) == []
    assert "There is no organization nowhere" in cli.refused("audit", "list", "--organization", "nowhere")
    assert len(cli.json("audit", "list", "--limit", "1")) == 1
    assert cli.json("audit", "list", "--since", "2000-01-01") == listed
    assert cli.json("audit", "list", "--until", "1d") == []
    assert cli.json("audit", "list", "--actor", listed[0]["actor"], "--result", "refused") == []
    said = cli.run("audit", "list", "--limit", "2").stdout
    assert "organization.created" in said or "client" in said
    cursor = said.strip().rpartition("--after ")[2]
    rest = cli.json("audit", "list", "--after", cursor)
    assert rest == listed[2:]
    assert "no cursor" in cli.refused("audit", "list", "--after", "somewhere")
    assert "small letters" in cli.refused("audit", "list", "--action", "Sign%")


def test_an_export_holds_all_events_of_a_filter_in_two_formats(cli: Cli) -> None:
    listed = cli.json("audit", "list")
    lines = cli.run("audit", "export").stdout.splitlines()
    assert [json.loads(line) for line in lines] == listed
    rows = list(csv.DictReader(io.StringIO(cli.run("audit", "export", "--format", "csv").stdout, newline="")))
    assert [int(row["id"]) for row in rows] == [event["id"] for event in listed]
    assert cli.run("audit", "export", "--action", "nothing.like.it").stdout == ""


def test_a_trail_that_nobody_changed_verifies(cli: Cli) -> None:
    assert cli.refused("audit", "head") == "Nothing is sealed yet."
    before = cli.json("audit", "verify")
    assert (before["seals"], before["faults"]) == (0, [])
    assert before["unsealed"] == len(cli.json("audit", "list"))
    assert cli.json("audit", "seal") == {"sealed": before["unsealed"]}
    kept = cli.run("audit", "head").stdout.strip()
    assert cli.json("audit", "head") == {"head": kept}
    report = cli.json("audit", "verify", "--head", kept)
    assert (report["faults"], report["unsealed"], report["head"]) == ([], 0, kept)
    assert "All is good" in cli.run("audit", "verify").stdout
    assert "no head" in cli.refused("audit", "verify", "--head", "12")


def test_who_changed_a_row_is_found_out_and_the_exit_code_says_so(cli: Cli) -> None:
    cli.run("audit", "seal")
    victim = cli.json("audit", "list")[0]["id"]
    change(cli, "UPDATE audit_events SET actor = 'somebody else' WHERE id = :id", id=victim)
    done = cli.run("audit", "verify", check=False)
    assert done.exit_code == 1
    assert f"row {victim} was altered." in done.stdout
    told = cli.run("audit", "verify", "--json", check=False)
    assert told.exit_code == 1
    assert json.loads(told.stdout)["faults"] == [{"what": "row", "number": victim, "how": "was altered"}]


def test_a_chain_that_was_made_anew_does_not_fit_the_head_that_was_kept(cli: Cli) -> None:
    cli.run("audit", "seal")
    kept = cli.run("audit", "head").stdout.strip()
    for statement in ("DELETE FROM audit_seals", "DELETE FROM audit_head", "DELETE FROM audit_events"):
        change(cli, statement)
    cli.run("organizations", "create", "Globex")
    assert cli.run("audit", "verify").exit_code == 0
    assert "seal 1 is missing." in cli.run("audit", "verify", "--head", kept, check=False).stdout
    cli.run("audit", "seal")
    assert "is not the one" in cli.run("audit", "verify", "--head", kept, check=False).stdout


def test_the_trail_outlives_a_change_of_the_master_key(cli: Cli, tmp_path: Path) -> None:
    cli.run("audit", "seal")
    cli.variables |= {"AUTHSERVER_MASTER_KEY": NEW_KEY}
    assert "another master key" in cli.run("audit", "verify", check=False).stdout
    old = tmp_path / "old"
    old.write_text(MASTER_KEY + "\n")
    assert cli.run("audit", "verify", "--master-key-file", str(old)).exit_code == 0
    cli.variables["AUTHSERVER_PREVIOUS_MASTER_KEY"] = MASTER_KEY
    cli.run("keys", "rewrap")
    cli.variables["AUTHSERVER_PREVIOUS_MASTER_KEY"] = None
    assert cli.json("audit", "verify")["faults"] == []
    assert cli.json("doctor") == []


def test_what_is_older_than_it_is_to_be_kept_is_cut(cli: Cli) -> None:
    cli.run("audit", "seal")
    cli.variables["AUTHSERVER_AUDIT_RETENTION"] = str(100 * DAY)
    assert cli.json("audit", "cut") == {"cut": 0}
    with time_machine.travel(cli.json("audit", "list")[0]["at"] + 101 * DAY, tick=True):
        cli.run("organizations", "create", "Globex")
        cli.run("audit", "seal")
        assert cli.json("audit", "cut")["cut"] > 0
        assert cli.json("audit", "verify")["faults"] == []
        assert "were deleted" in cli.run("audit", "verify").stdout
        assert cli.json("audit", "cut") == {"cut": 0}
        assert actions(cli.json("audit", "list")) == {"audit.cut", "organization.created"}


def test_doctor_tells_when_sealing_is_behind_or_the_chain_does_not_hold(cli: Cli) -> None:
    with time_machine.travel(cli.json("audit", "list")[0]["at"] + 3700, tick=True):
        (finding,) = cli.json("doctor")
        assert "not sealed since" in finding["what"]
        cli.run("audit", "seal")
        assert cli.json("doctor") == []
        change(cli, "DELETE FROM audit_seals")
        told = json.loads(cli.run("doctor", "--json", check=False).stdout)
        assert "newest seal" in told[0]["what"]


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("2027-01-15", 1_799_971_200),
        ("2027-01-15T08:00:00", 1_800_000_000),
        ("2027-01-15T08:00:00Z", 1_800_000_000),
        ("2027-01-15T09:00:00+01:00", 1_800_000_000),
        ("1969-01-01", 0),
    ],
)
def test_a_moment_is_a_day_or_a_time(words: str, seconds: int) -> None:
    assert Moment().convert(words, None, None) == seconds


def test_a_moment_may_be_a_duration_ago() -> None:
    with time_machine.travel(1_800_000_000, tick=False):
        assert Moment().convert("7d", None, None) == 1_800_000_000 - 7 * DAY


@pytest.mark.parametrize("words", ["", "yesterday", "7", "2027-13-01", "-7d"])
def test_what_is_no_moment_is_refused(words: str) -> None:
    with pytest.raises(BadParameter, match="no moment"):
        Moment().convert(words, None, None)
