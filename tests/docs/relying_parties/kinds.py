"""The pages of the kit with an application and an API that run as processes of their own."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.relying_parties.pages import page
from tests.docs.relying_parties.running import Sample, saved


@dataclass(frozen=True)
class Kind:
    """A page, and how the commands begin that start its two programs."""

    name: str
    application: str
    api: str
    more: tuple[str, ...] = ()
    """Pages whose files and commands belong to it as well."""
    early: bool = True
    """Whether it refreshes an access token that has a minute left; the others wait until it ends."""


KINDS = [
    Kind("flask", "flask run", "flask --app api run", ("python",)),
    Kind("fastapi", "granian --interface asgi app:app", "granian --interface asgi api:app", ("python",)),
    Kind("node", "env PORT=9000 node", "env PORT=9001 node"),
    Kind("go", "env PORT=9000 go run", "env PORT=9001 go run", ("go-api",), early=False),
]


def prepared(
    kind: Kind, program: str, folder: Path, request: pytest.FixtureRequest
) -> tuple[Sample, list[str]]:
    """Return a sample with all that it needs beside it, and the command that starts it."""
    pages = [page(name) for name in (kind.name, *kind.more)]
    sample = saved(folder, *pages)
    (command,) = [command for each in pages for command in each.commands(program, sample.port)]
    if kind.name == "node":
        packages = request.getfixturevalue("node").folder / "node_modules"
        (folder / "node_modules").symlink_to(packages.resolve())
    if kind.name == "go":
        # What `go run` does, without building it again.
        *variables, _go, _run, source = command
        command = [*variables, str(request.getfixturevalue("go_programs") / Path(source).stem)]
    return sample, command
