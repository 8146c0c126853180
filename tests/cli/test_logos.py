"""Logos of applications, fetched at the end of a command."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.support.images import png
from tests.support.stranger import Stranger, stranger

CREATE = ("applications", "create", "--name", "Toolbox", "--client-id", "toolbox")
REDIRECT = ("--redirect-uri", "https://rp.test/cb")
DECLARED = """
[applications.toolbox]
name = "Toolbox"
public = true
redirect_uris = ["https://rp.test/cb"]
logo_uri = "{}"
"""


@pytest.fixture
def server(cli: Cli) -> Iterator[Stranger]:
    """A server with a logo that may be called."""
    cli.variables["AUTHSERVER_OUTGOING_PRIVATE_ADDRESSES"] = "true"
    with stranger(b"HTTP/1.1 200 OK\r\n\r\n" + png()) as running:
        yield running


def logo(server: Stranger, name: str = "logo.png") -> str:
    return f"http://127.0.0.1:{server.port}/{name}"


def test_a_new_application_s_logo_is_fetched(cli: Cli, server: Stranger) -> None:
    assert cli.run(*CREATE, *REDIRECT, "--logo-uri", logo(server)).stderr == ""
    assert len(server.requests) == 1
    cli.json("applications", "update", "toolbox", "--name", "Other")
    assert len(server.requests) == 1


def test_a_logo_is_fetched_again_when_it_is_named_again(cli: Cli, server: Stranger) -> None:
    cli.json(*CREATE, *REDIRECT)
    assert server.requests == []
    for name in ("one.png", "two.png", "two.png"):
        assert cli.run("applications", "update", "toolbox", "--logo-uri", logo(server, name)).stderr == ""
    assert [request.split()[1] for request in server.requests] == [b"/one.png", b"/two.png", b"/two.png"]
    assert cli.run("applications", "update", "toolbox", "--logo-uri", "").stderr == ""
    assert len(server.requests) == 3


def test_an_application_is_registered_all_the_same_when_its_logo_can_not_be_had(cli: Cli) -> None:
    done = cli.run(*CREATE, *REDIRECT, "--logo-uri", "https://127.0.0.1:1/logo.png")
    assert "asec_" in done.stdout
    assert done.stderr.startswith("Warning: toolbox has no new logo. The logo can't be fetched: ")
    assert done.stderr.count("\n") == 1
    shown = cli.json("applications", "update", "toolbox", "--name", "Other")
    assert (shown["name"], shown["logo_uri"]) == ("Other", "https://127.0.0.1:1/logo.png")


def test_apply_fetches_what_is_missing_and_a_rehearsal_nothing(
    cli: Cli, server: Stranger, tmp_path: Path
) -> None:
    file = tmp_path / "server.toml"
    file.write_text(DECLARED.format(logo(server)))
    cli.run("apply", str(file), "--dry-run")
    assert server.requests == []
    for _ in range(2):
        assert cli.run("apply", str(file)).stderr == ""
    assert len(server.requests) == 1
    file.write_text(DECLARED.format(logo(server, "new.png")))
    assert cli.run("apply", str(file)).stderr == ""
    assert len(server.requests) == 2


def test_apply_tries_a_logo_again_that_could_not_be_had(cli: Cli, server: Stranger, tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text(DECLARED.format(logo(server)))
    cli.variables["AUTHSERVER_OUTGOING_PRIVATE_ADDRESSES"] = "false"
    assert "Warning: toolbox has no new logo." in cli.run("apply", str(file)).stderr
    cli.variables["AUTHSERVER_OUTGOING_PRIVATE_ADDRESSES"] = "true"
    done = cli.run("apply", str(file))
    assert (done.stdout, done.stderr) == ("The server agrees with the file already.\n", "")
    assert len(server.requests) == 1
