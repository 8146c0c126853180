from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from authserver.cli import main
from authserver.cli.durations import Duration


def commands(
    group: click.Group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Return every command below a group with the words that lead to it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


EVERY = list(commands(main))


def test_there_is_a_command_for_everything_an_operator_does() -> None:
    groups = {path[0] for path, _ in EVERY}
    assert groups == {
        "serve", "worker", "migrate", "config", "doctor", "accounts", "mail", "organizations", "resources",
        "clients", "applications", "apply", "keys", "audit",
    }  # fmt: skip
    assert len(EVERY) >= 29


@pytest.mark.parametrize(("path", "command"), EVERY, ids=[" ".join(path) for path, _ in EVERY])
def test_every_command_has_help_and_json_and_says_what_its_options_mean(
    path: tuple[str, ...], command: click.Command
) -> None:
    assert command.help
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert "--json" in [name for option in options for name in option.opts]
    for word in ("--help", "-h"):
        done = CliRunner().invoke(main, [*path, word])
        assert done.exit_code == 0
        assert command.help.split("\n", maxsplit=1)[0].split()[0] in done.output


def test_groups_help_too_and_unknown_words_are_refused_with_usage() -> None:
    for arguments in (["--help"], ["clients", "--help"], ["clients", "secrets", "-h"], ["--version"]):
        assert CliRunner().invoke(main, arguments).exit_code == 0
    for arguments in (
        ["unknown"],
        ["clients", "unknown"],
        ["clients", "show"],
        ["keys", "list", "--unknown"],
    ):
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 2
        assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("45s", 45), ("30m", 1800), ("12h", 43_200), ("90d", 7_776_000), ("3650d", 315_360_000)],
)
def test_a_duration_is_a_number_with_a_unit(text: str, seconds: int) -> None:
    assert Duration().convert(text, None, None) == seconds


@pytest.mark.parametrize(
    "text", ["", "90", "d", "1w", "-1d", "1.5h", "0s", "3651d", "1d ", "1 d", "1" * 10 + "s", "²s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Duration().convert(text, None, None)
