from collections import Counter

from tests.cli.conftest import Cli
from tests.support.server import MASTER_KEY

NEW_KEY = "another-master-key-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def states(cli: Cli) -> Counter[tuple[str, str]]:
    return Counter((key["algorithm"], key["state"]) for key in cli.json("keys", "list"))


def test_the_first_keys_are_there_after_migrating_and_migrating_again_changes_nothing(cli: Cli) -> None:
    first = cli.json("keys", "list")
    assert states(cli) == {("ES256", "active"): 1, ("RS256", "active"): 1, ("EdDSA", "active"): 1}
    assert set(first[0]) == {"kid", "algorithm", "state", "published_at", "activates_at"}
    assert set(cli.json("migrate")) == {"revision"}
    assert cli.json("keys", "list") == first


def test_rotating_publishes_successors_once(cli: Cli) -> None:
    (made,) = cli.json("keys", "rotate", "--algorithm", "ES256")
    assert set(made) == {"kid", "algorithm", "activates_at"}
    assert states(cli)["ES256", "next"] == 1
    assert states(cli)["ES256", "active"] == 1
    assert cli.json("keys", "rotate", "--algorithm", "ES256") == []
    assert "Nothing to do" in cli.run("keys", "rotate", "--algorithm", "ES256").stdout
    assert len(cli.json("keys", "rotate")) == 2


def test_in_an_emergency_the_present_keys_are_withdrawn(cli: Cli) -> None:
    before = {key["kid"] for key in cli.json("keys", "list")}
    made = cli.json("keys", "rotate", "--now")
    after = {key["kid"] for key in cli.json("keys", "list")}
    assert {key["kid"] for key in made} == after
    assert len(after) == 3
    assert not before & after
    assert cli.run("keys", "rotate", "--algorithm", "HS256", check=False).exit_code == 2


def test_the_master_key_is_changed_by_resealing(cli: Cli) -> None:
    cli.variables["AUTHSERVER_MASTER_KEY"] = NEW_KEY
    told = cli.refused("keys", "rewrap")
    assert "AUTHSERVER_MASTER_KEY is not the one that sealed it" in told
    assert NEW_KEY not in told
    cli.variables["AUTHSERVER_PREVIOUS_MASTER_KEY"] = MASTER_KEY
    assert cli.json("keys", "rewrap") == {"rewrapped": 3}
    cli.variables["AUTHSERVER_PREVIOUS_MASTER_KEY"] = None
    assert cli.json("doctor") == []
    assert cli.json("keys", "rewrap") == {"rewrapped": 3}


def test_no_private_part_is_ever_printed(cli: Cli) -> None:
    said = (
        cli.run("keys", "list").output + cli.run("keys", "rotate").output + cli.run("keys", "rewrap").output
    )
    assert "private" not in said.lower()
    assert "sealed" not in said.lower()
